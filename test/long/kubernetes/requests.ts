import { setTimeout as sleep } from 'node:timers/promises';
import type { Docker } from '../../docker/testing/dockerd.ts';
import type { Cluster } from './cluster/cluster.ts';
import { until } from '../../lab/until.ts';
import { playDeployment } from './deployments.ts';
import type { PlayedPod } from './pods/player.ts';
import { say, type Scene } from './scene.ts';

const REQUESTS = 100;
/** The answer to a value of the header `color_header`, by the routes of the walkthrough. */
const EXPECTED: readonly (readonly [header: string | undefined, color: string])[] = [
  ['blue', 'blue'],
  ['light-green', 'green'],
  ['reddish', 'red'],
  ['other', 'yellow'],
  [undefined, 'white'],
];

/** Asks the front for colors by each route of the walkthrough, from outside of the mesh. @throws Error if an answer is wrong */
export async function askColors({ cluster, docker }: Scene, front: PlayedPod): Promise<void> {
  for (const [header, color] of EXPECTED) {
    // The applications have no readiness probe.
    const answers = async () => (await ask(cluster, front.address, header)) === color;
    await until(`${color} answers`, answers, { limitMs: 900_000, everyMs: 500 });
    const wrong: string[] = [];
    for (let each = 0; each < REQUESTS; each += 1) {
      const answer = await ask(cluster, front.address, header);
      if (answer !== color) wrong.push(answer);
    }
    say({ color, requests: REQUESTS, wrong: wrong.length });
    if (wrong.length > 0) throw new Error(`${color}: ${wrong.length} of ${REQUESTS}: ${wrong[0]}`);
  }
  say({ counters: await counters(docker, front) });
}

/** Scales a color to two pods, and stops the first one as kubelet does, while requests run. @throws Error if one fails */
export async function replaceUnderLoad({ cluster, docker }: Scene, namespace: string): Promise<void> {
  const address = (
    await cluster.kubectl(['get', 'service', 'front', '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}'])
  ).trim();
  await cluster.kubectl(['scale', 'deployment', 'blue', '-n', namespace, '--replicas=2']);
  const [second] = await playDeployment(cluster, docker, namespace, 'blue');
  if (second === undefined) throw new Error('there is no second pod');
  // Its application has no readiness probe either.
  const listens = async () =>
    (await cluster.host.exec('curl', ['-fsS', `http://${second.address}:8080/ping`])).code === 0;
  await until('the second pod answers', listens, { limitMs: 900_000, everyMs: 500 });
  const state = { ends: false, asked: 0 };
  const failures: string[] = [];
  const load = (async () => {
    while (!state.ends) {
      const answer = await ask(cluster, address, 'blue');
      state.asked += 1;
      if (answer !== 'blue') failures.push(answer);
      await sleep(20);
    }
  })();
  const codes = await second.stop();
  state.ends = true;
  await load;
  say({ replacedUnderLoad: state.asked, failed: failures.length, exitCodes: codes });
  if (failures.length > 0) throw new Error(failures[0]);
}

async function ask(cluster: Cluster, address: string, header: string | undefined): Promise<string> {
  const flags = header === undefined ? [] : ['--header', `color_header: ${header}`];
  const args = ['--silent', '--max-time', '240', '--write-out', '', ...flags, `http://${address}:8080/`];
  const { code, stdout } = await cluster.host.exec('curl', args, { check: false, limitMs: 300_000 });
  return code === 0 ? stdout : `curl: exit ${code}`;
}

/** The requests that a sidecar has taken and sent. */
async function counters(docker: Docker, pod: PlayedPod): Promise<string> {
  const stats = 'curl -s "http://localhost:9901/stats?filter=http.*(ingress|egress).*downstream_rq_total"';
  return docker.run('exec', pod.container('envoy'), 'sh', '-c', stats);
}
