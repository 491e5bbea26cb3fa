import { CreateGatewayRouteCommand, CreateVirtualGatewayCommand } from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openColorFixture, type ColorFixture } from './testing/color-lab.ts';
import { MESH, TELLER } from '../demo/color-model.ts';
import { shiftWeights } from '../demo/shift.ts';
import { request } from './lab/clients/http.ts';
import type { Host } from './lab/host.ts';
import { startAgent } from './lab/programs/sidecar.ts';
import { until } from './lab/until.ts';

const PORT = 8088;

let color: ColorFixture;
let gateway: Host;

beforeAll(async () => {
  color = await openColorFixture('gateway', { 'colorteller-vn': 1 });
  const { client, controlPlane } = color.mesh;
  gateway = await color.lab.host('ingress');
  // The proxy connects before its resource exists: it waits, and receives its configuration as soon as the resource exists.
  const resource = `mesh/${MESH}/virtualGateway/ingress`;
  startAgent(gateway, color.programs, { resource, xds: controlPlane.xds, appPorts: '' });
  const state = async () =>
    (await controlPlane.status()).proxies.find((proxy) => proxy.resource === resource)?.state;
  await until('a proxy that waits', async () => (await state()) === 'waiting');

  const listeners = [{ portMapping: { port: PORT, protocol: 'http' as const } }];
  await client.send(
    new CreateVirtualGatewayCommand({ meshName: MESH, virtualGatewayName: 'ingress', spec: { listeners } }),
  );
  const target = { virtualService: { virtualServiceName: TELLER } };
  const spec = { httpRoute: { match: { prefix: '/paint' }, action: { target } } };
  await client.send(
    new CreateGatewayRouteCommand({
      meshName: MESH,
      virtualGatewayName: 'ingress',
      gatewayRouteName: 'paint',
      spec,
    }),
  );
  await until('in sync', async () => (await state()) === 'in sync');
});
afterAll(() => color?.close());

const ask = (path: string) => request(`http://${gateway.address}:${PORT}${path}`);

test('a virtual gateway forwards requests from outside to a virtual service, without their prefix', async () => {
  await until('the gateway', async () => (await ask('/paint')).status === 200);
  expect(await ask('/paint/ping')).toMatchObject({ status: 200, body: '' });
  expect(await ask('/paint')).toMatchObject({ status: 200, body: 'white' });
  expect(await ask('/elsewhere')).toMatchObject({ status: 404 });
});

test('new weights of the service behind it apply to the gateway too', async () => {
  await shiftWeights(color.mesh, { 'colorteller-red-vn': 1 });
  await color.mesh.inSync();
  await until('red', async () => (await ask('/paint')).body === 'red');
  expect((await ask('/paint')).status).toBe(200);
});
