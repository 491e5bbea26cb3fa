import { afterAll, beforeAll, expect, test } from 'vitest';
import { openColorFixture, type ColorFixture } from './testing/color-lab.ts';
import type { ColorNode } from '../demo/color-model.ts';
import { shiftWeights } from '../demo/shift.ts';
import { startTraffic } from '../demo/traffic.ts';
import { askFrom } from './lab/clients/ask.ts';
import { startSidecar } from './lab/programs/sidecar.ts';
import { ownerOf } from './lab/owner.ts';
import { until } from './lab/until.ts';

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';

let color: ColorFixture;
beforeAll(async () => {
  color = await openColorFixture('faults', { [BLUE]: 1, [RED]: 1 });
});
afterAll(() => color?.close());

/** Returns the pid of a host's Envoy, as its agent reports it. */
async function envoyPid(node: ColorNode): Promise<number> {
  const answer = await askFrom(color.host(node), 'http://127.0.0.1:9902/status');
  if (!('body' in answer)) throw new Error(answer.error);
  return Number((JSON.parse(answer.body) as { envoyPid: string }).envoyPid);
}

test('the control plane is killed with -9 and restarted: no request fails, and the model is unchanged', async () => {
  const { mesh } = color;
  const { revision } = await mesh.controlPlane.status();
  const traffic = startTraffic(mesh.url, 200);
  await color.killControlPlane();
  await until('traffic without a control plane', () => traffic.tally().requests >= 200);
  await color.restartControlPlane();
  await mesh.inSync();
  expect((await mesh.controlPlane.status()).revision).toBe(revision);
  await shiftWeights(mesh, { [BLUE]: 1 });
  const tallies = [traffic.cut()];
  // Envoy's workers apply a route a moment after Envoy has acknowledged it.
  await until('blue alone', async () => {
    await until('traffic after it', () => traffic.tally().requests >= 200);
    const last = traffic.cut();
    tallies.push(last);
    return Object.keys(last.colors).join() === 'blue';
  });
  tallies.push(await traffic.stop());
  expect(tallies.map(({ errors }) => errors)).toEqual(tallies.map(() => ({})));
});

test('an Envoy that dies while the control plane is down restarts with its last good configuration', async () => {
  await color.killControlPlane();
  const before = await envoyPid(GATEWAY);
  process.kill(before, 'SIGKILL');
  await until('another Envoy', async () => {
    const pid = await envoyPid(GATEWAY);
    return pid > 0 && pid !== before && (await color.admin(GATEWAY).ready());
  });
  const { requests, ...rest } = await color.send(100);
  expect(rest).toEqual({ failures: 0, errors: {}, colors: { blue: requests } });
  await color.restartControlPlane();
  await color.mesh.inSync();
});

test('an agent killed with -9 takes its Envoy with it; a new agent restores the node', async () => {
  const { mesh } = color;
  const { host, agent } = mesh.hosts[GATEWAY];
  const pid = await envoyPid(GATEWAY);
  agent.kill('SIGKILL');
  await agent.ended;
  await until('Envoy gone', () => ownerOf(pid) === undefined);
  const resource = `mesh/default/virtualNode/${GATEWAY}`;
  await startSidecar(host, color.programs, { resource, xds: mesh.controlPlane.xds, appPorts: '9080' });
  await mesh.inSync();
  await until('Envoy back', () => color.admin(GATEWAY).ready());
  expect(await color.send(50)).toMatchObject({ failures: 0, errors: {} });
});
