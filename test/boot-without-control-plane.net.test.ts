import { afterAll, beforeAll, expect, test } from 'vitest';
import { allInSync } from './lab/clients/in-sync.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { until } from './lab/until.ts';
import { openMachineScene, type MachineScene } from './testing/machine-scene.ts';
import { watchPath, type PathWatch } from './testing/watch-path.ts';

// An instance with systemd that boots before it can reach the control plane.

let lab: Lab;
let scene: MachineScene;
let path: PathWatch;
beforeAll(async () => {
  lab = await createLab({ name: 'boot' });
  scene = await openMachineScene(lab, { programs: 'all' });
  path = watchPath(scene.url, lab.address);
}, 300_000);
afterAll(async () => {
  await path?.stop();
  await scene?.machine.remove();
  await lab?.close();
}, 240_000);

const throughEnvoy = () =>
  until('requests through Envoy', () => path.peek().at(-1)?.[0] === 'Envoy', { limitMs: 120_000 });

test('it serves its last configuration, and the control plane updates it later', {
  timeout: 900_000,
}, async () => {
  const { machine, controlPlane, variables } = scene;
  await machine.write('etc/daybreak/agent.env', `${variables.join('\n')}\n`);
  await machine.write('etc/daybreak/proxyinit.env', 'APPMESH_APP_PORTS=8000\n');
  const first = await machine.boot();
  const started = await first.run('systemctl enable --now daybreak-proxyinit daybreak-agent');
  expect(started).toMatchObject({ code: 0 });
  await throughEnvoy();
  await until(
    'a configuration on disk',
    async () => (await first.run('ls /var/lib/daybreak-agent')).stdout !== '',
  );
  controlPlane.program.kill('SIGTERM');
  await controlPlane.program.ended;
  await first.end('reboot');

  path.cut();
  const second = await machine.boot();
  await throughEnvoy();
  expect(await second.run('systemctl is-active daybreak-agent daybreak-proxyinit')).toMatchObject({
    stdout: 'active\nactive',
  });
  const { stdout } = await second.run('curl --silent http://127.0.0.1:9902/status');
  expect(JSON.parse(stdout)).toMatchObject({
    daybreak: { configuration: expect.stringMatching(/^last good of /) },
  });

  await allInSync(await scene.restartControlPlane(), 1);
  await second.end('poweroff');
});
