import { join } from 'node:path';
import type { AppMeshClient } from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appMeshClient } from '../demo/color-model.ts';
import { askFrom } from './lab/clients/ask.ts';
import { startControlPlane } from './lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from './lab/clients/envoy-admin.ts';
import type { Host } from './lab/host.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { startSidecar } from './lab/programs/sidecar.ts';
import { stage } from './lab/stage.ts';
import { until } from './lab/until.ts';
import { createPair, FRONT, moveBack } from './testing/pair-model.ts';

// A DNS server that receives queries and never answers: the worst kind of failure.

const TELLER = join(import.meta.dirname, '../demo/apps/colorteller.ts');

let lab: Lab;
let front: Host;
let admin: EnvoyAdmin;
let client: AppMeshClient;

beforeAll(async () => {
  lab = await createLab({ name: 'dns' });
  const programs = await stage(lab);
  const control = await lab.host('control', { dns: ['back.local'] });
  const back = await lab.host('back', { dns: ['first.local'] });
  front = await lab.host('front', { dns: ['front.local'] });
  await front.exec('iptables', ['-w', '-A', 'INPUT', '-i', 'lo', '-p', 'udp', '--dport', '53', '-j', 'DROP']);
  back.spawn('app', programs.node, [TELLER], { env: { COLOR: 'found' } });

  const { endpoint, xds } = await startControlPlane(control, programs);
  client = appMeshClient(endpoint);
  await createPair(client);
  await moveBack(client, 'nowhere.example');
  await startSidecar(front, programs, { resource: FRONT, xds, appPorts: '' });
  admin = await openEnvoyAdmin(front);
});
afterAll(async () => {
  client?.destroy();
  await admin?.close();
  await lab?.close();
});

const ask = () => askFrom(front, 'http://back.local:9080/');

// With Envoy's default settings this would take 69 s.
test('an Envoy whose DNS server does not answer is LIVE, and only the affected name does not work', async () => {
  await until('a LIVE Envoy', () => admin.ready());
  expect(await ask()).toMatchObject({ status: 503 });
});

test('a name in the hosts file still resolves', async () => {
  await moveBack(client, 'first.local');
  const found = async () => {
    const answer = await ask();
    return 'status' in answer && answer.status === 200 && answer;
  };
  expect(await until('an answer from the host of that name', found)).toMatchObject({
    body: 'found',
  });
});
