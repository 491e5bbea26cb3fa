// Kills each container of docker-compose.yml in turn, in the default form and with two control planes and Prometheus, and waits until
// requests get colors through all Envoys again. Takes about 5 minutes. `DAYBREAK_ENVOY=… node test/long/compose.ts`, as root, where Docker can be had.
import { join } from 'node:path';
import { request } from '../lab/clients/http.ts';
import { createLab } from '../lab/lab.ts';
import { until } from '../lab/until.ts';
import { composeProject, whyNoCompose } from '../docker/testing/compose.ts';
import { startDocker, whyNoDocker } from '../docker/testing/dockerd.ts';
import { buildArchive, whyNoImages } from '../docker/testing/image-archive.ts';

const why = whyNoDocker() ?? (await whyNoImages()) ?? (await whyNoCompose());
if (why !== undefined) throw new Error(why);

const ONE_SHOT = ['mesh', 'shares'];
/** Runs the start script of PostgreSQL up to the line that makes the cluster. */
const HALF_MADE = `while read -r line; do echo "$line"; [[ $line != *'initdb --pgdata'* ]] || echo exit; done </usr/bin/postgres | bash`;
const LIMIT = { limitMs: 180_000, everyMs: 500 };

const lab = await createLab({ name: 'long-compose' });
const docker = await startDocker(lab);
let failures = 0;
try {
  const archive = join(lab.folder, 'images.tar');
  const targets = ['envoy', 'proxy-route-manager', 'controlplane', 'color', 'prometheus', 'postgres'];
  await buildArchive(archive, ...targets.flatMap((target) => ['--only', target]));
  await docker.load(archive);
  for (const flags of [
    [],
    ['--env-file', 'images/compose/ha.env', '--profile', 'ha', '--profile', 'telemetry'],
  ]) {
    const compose = await composeProject(docker, flags);
    // The database has to come up although its first start was killed half-way.
    if (flags.length > 0) await compose.run('run', '--rm', '-T', 'postgres', 'bash', '-c', HALF_MADE);
    const began = performance.now();
    await compose.run('up', '--detach');
    await until('a color', answers, LIMIT);
    say({ flags, upSeconds: seconds(began) });
    if (flags.length > 0) await until('Prometheus reads all metrics', readsAll, LIMIT);
    for (const service of (await compose.services()).filter((each) => !ONE_SHOT.includes(each))) {
      const killed = performance.now();
      await compose.killProcess(service);
      await until(`${service}: all containers are healthy again`, isWell, LIMIT).catch(count);
      await until(
        '50 colors in a row',
        async () => (await Promise.all(Array.from({ length: 50 }, answers))).every(Boolean),
        LIMIT,
      ).catch(count);
      say({ service, backSeconds: seconds(killed) });
    }
    const stopped = performance.now();
    await compose.run('down', '--volumes');
    say({ flags, downSeconds: seconds(stopped) });
  }
} finally {
  await docker.stop();
  await lab.close();
}
process.exitCode = failures === 0 ? 0 : 1;

async function answers(): Promise<boolean> {
  return (await request(`http://${docker.host.address}:9080/color`)).status === 200;
}

async function isWell(): Promise<boolean> {
  const states = await docker.run(
    'ps',
    '--all',
    '--format',
    '{{.Label "com.docker.compose.service"}} {{.Status}}',
  );
  const running = states
    .split('\n')
    .filter((line) => !ONE_SHOT.some((service) => line.startsWith(`${service} `)));
  return running.every((line) => / Up /.test(line) && !/unhealthy|starting/.test(line));
}

async function readsAll(): Promise<boolean> {
  const { stdout } = await docker.host.exec('curl', [
    '-s',
    'http://127.0.0.1:9090/api/v1/query?query=sum(up)',
  ]);
  return /"6"\]/.test(stdout);
}

function count(error: unknown): void {
  failures += 1;
  say({ failed: String(error) });
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 100) / 10;
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
