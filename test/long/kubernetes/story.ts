import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../../docs/pages.ts';
import { until } from '../../lab/until.ts';
import { playDeployment } from './deployments.ts';
import { buildController, buildPythonApps } from './images.ts';
import { block, command, commands } from './page.ts';
import type { PlayedPod } from './pods/player.ts';
import { askColors, replaceUnderLoad } from './requests.ts';
import { say, seconds, type Scene } from './scene.ts';
import { activity, manifestOf } from './walkthrough.ts';

const SYSTEM = 'appmesh-system';
/** The walkthrough, the namespace and the mesh have this name. */
const WALKTHROUGH = 'howto-k8s-http-headers';
const REGISTRY = 'registry.example/team';
/** For a busy machine. */
const PATIENCE = { limitMs: 900_000, everyMs: 1000 };
const BUILD_MS = 3_600_000;
const COMMAND_MS = 900_000;
const COLORS = ['blue', 'green', 'red', 'yellow', 'white'];

/** Runs the page's commands from the control plane to a pod that is replaced under load. */
export async function story(scene: Scene): Promise<void> {
  const run = await openShell(scene);
  await installController(scene);
  await startControlPlane(scene, run);
  await leadController(scene, run);
  const front = await applyWalkthrough(scene, run);
  await askColors(scene, front);
  await replaceUnderLoad(scene, WALKTHROUGH);
}

type Shell = (line: string) => Promise<string>;

/** Returns a function that runs a command of the page, in a folder of its own, as an operator of the cluster. */
async function openShell({ cluster, docker, bin }: Scene): Promise<Shell> {
  const folder = join(cluster.host.folder, 'operator');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const daybreak = `#!/bin/sh\nexec ${process.execPath} ${join(ROOT, 'cli/main.ts')} "$@"\n`;
  writeFileSync(join(folder, 'bin/daybreak'), daybreak);
  chmodSync(join(folder, 'bin/daybreak'), 0o755);
  writeFileSync(join(folder, 'credentials.json'), block('json', 'AKIACONTROLLER'));
  writeFileSync(join(folder, 'patch.yaml'), block('yaml', 'hostAliases'));
  const manifest = await readFile(join(ROOT, 'images/kubernetes/controlplane.yaml'), 'utf8');
  writeFileSync(join(folder, 'controlplane.yaml'), manifest.replaceAll('REGISTRY', REGISTRY));
  const env = { ...cluster.env, PATH: `${folder}/bin:${bin}:${process.env['PATH']}` };
  return async (line) => {
    const text = line
      .replaceAll('REGISTRY', REGISTRY)
      .replaceAll(/\b(MESH|NAMESPACE)\b/g, WALKTHROUGH)
      .replaceAll('images/build.sh', join(ROOT, 'images/build.sh'));
    // The machine's own network has the mirror of Debian.
    if (line.startsWith('images/'))
      return (await execa('sh', ['-ec', text], { cwd: folder, env: docker.env, timeout: BUILD_MS })).stdout;
    return (await cluster.host.exec('sh', ['-ec', `cd ${folder}; ${text}`], { env, limitMs: COMMAND_MS }))
      .stdout;
  };
}

/** Installs the controller as Amazon's guide says; its pod does not run yet. */
async function installController({ cluster, bin, controller }: Scene): Promise<void> {
  const chart = join(controller, 'config/helm/appmesh-controller');
  await cluster.kubectl(['create', 'namespace', SYSTEM]);
  await cluster.kubectl(['apply', '-f', join(chart, 'crds/crds.yaml')]);
  const values = ['--set', 'region=us-west-2', '--set', 'accountId=111122223333'];
  const args = ['install', 'appmesh-controller', chart, '-n', SYSTEM, ...values];
  await cluster.host.exec(join(bin, 'helm'), args, { env: cluster.env });
}

async function startControlPlane({ cluster, docker }: Scene, run: Shell): Promise<void> {
  for (const line of commands('openssl', 'printf')) await run(line);
  const envoy = process.env['DAYBREAK_ENVOY'];
  await run(`${command('images/build.sh')}${envoy === undefined ? '' : ` --envoy ${envoy}`}`);
  for (const image of ['daybreak-proxy-route-manager', 'daybreak-color'])
    await docker.run('tag', `${REGISTRY}/${image}:0.1.0`, `${image}:0.1.0`);
  await run(command('daybreak token create'));
  await run(command('kubectl create secret generic daybreak'));
  await run(command('kubectl apply'));
  const began = performance.now();
  await playDeployment(cluster, docker, SYSTEM, 'daybreak');
  say({ controlPlane: 'ready', seconds: seconds(began) });
}

async function leadController({ cluster, docker, bin, controller }: Scene, run: Shell): Promise<void> {
  const chart = join(controller, 'config/helm/appmesh-controller');
  await run(command('helm upgrade').replace('eks/appmesh-controller', chart));
  await run(command('cat'));
  await run(command('kubectl create configmap'));
  await run(command('kubectl patch'));
  const image = ['-o', 'jsonpath={.spec.template.spec.containers[0].image}'];
  const name = await cluster.kubectl(['get', 'deployment', 'appmesh-controller', '-n', SYSTEM, ...image]);
  await buildController(docker, name, join(bin, 'controller'), cluster.host.folder);
  await playDeployment(cluster, docker, SYSTEM, 'appmesh-controller');
}

/** Applies the walkthrough, waits until all of it is Active, and plays its pods. Returns that of the front. */
async function applyWalkthrough({ cluster, docker, examples }: Scene, run: Shell): Promise<PlayedPod> {
  const folder = join(examples, 'walkthroughs', WALKTHROUGH);
  const images = { FRONT_APP_IMAGE: 'walkthrough/feapp', COLOR_APP_IMAGE: 'walkthrough/colorapp' };
  const apps = [
    [images.FRONT_APP_IMAGE, join(folder, 'feapp')],
    [images.COLOR_APP_IMAGE, join(folder, 'colorapp')],
  ] as const;
  await buildPythonApps(docker, apps, cluster.host.folder);
  const manifest = await manifestOf(folder, {
    APP_NAMESPACE: WALKTHROUGH,
    MESH_NAME: WALKTHROUGH,
    ...images,
  });
  const began = performance.now();
  // Until the controller has its lease, its webhooks refuse.
  await until('the manifest is applied', () => cluster.kubectl(['apply', '-f', '-'], manifest), PATIENCE);
  await until(
    'all is Active',
    async () => {
      const { all, inactive } = await activity(cluster);
      if (inactive.length > 0) throw new Error(inactive.join());
      return all > 0;
    },
    PATIENCE,
  );
  say({ walkthrough: WALKTHROUGH, active: (await activity(cluster)).all, seconds: seconds(began) });
  await run(command('kubectl create secret generic daybreak-token'));
  const annotations = block('yaml', 'secretMounts').replaceAll(/^/gm, '    ');
  const patch = `spec:\n  template:\n${annotations}`;
  for (const name of [...COLORS, 'front'])
    await cluster.kubectl(['patch', 'deployment', name, '-n', WALKTHROUGH, '--patch', patch]);
  for (const name of COLORS) await playDeployment(cluster, docker, WALKTHROUGH, name);
  const [front] = await playDeployment(cluster, docker, WALKTHROUGH, 'front');
  if (front === undefined) throw new Error('there is no pod of the front');
  say({ pods: COLORS.length + 1, injected: front.pod.spec.containers.map(({ image }) => image) });
  return front;
}
