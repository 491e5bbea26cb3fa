import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from './fixture.ts';

// What Envoy has as an unsigned number of 32 bits, where the model has no limit.

const MOST = 4_294_967_295;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await api.call('PUT', '/meshes', { meshName: 'm' });
});
afterAll(() => api.close());

/** Makes a virtual node with one listener. */
function make(virtualNodeName: string, protocol: string, settings: object) {
  const listeners = [{ portMapping: { port: 80, protocol }, ...settings }];
  const serviceDiscovery = { dns: { hostname: 'a.local' } };
  return api.call('PUT', '/meshes/m/virtualNodes', {
    virtualNodeName,
    spec: { listeners, serviceDiscovery },
  });
}

const pool = (protocol: string, limits: object) => ({ connectionPool: { [protocol]: limits } });
const outliers = (maxServerErrors: number) => {
  const second = { unit: 's', value: 1 };
  const times = { interval: second, baseEjectionDuration: second };
  return { outlierDetection: { maxServerErrors, ...times, maxEjectionPercent: 50 } };
};

const COUNTS: readonly (readonly [string, string, (count: number) => object])[] = [
  ['http', 'connectionPool.http.maxConnections', (count) => pool('http', { maxConnections: count })],
  [
    'http',
    'connectionPool.http.maxPendingRequests',
    (count) => pool('http', { maxConnections: 1, maxPendingRequests: count }),
  ],
  ['http2', 'connectionPool.http2.maxRequests', (count) => pool('http2', { maxRequests: count })],
  ['grpc', 'connectionPool.grpc.maxRequests', (count) => pool('grpc', { maxRequests: count })],
  ['tcp', 'connectionPool.tcp.maxConnections', (count) => pool('tcp', { maxConnections: count })],
  ['http', 'outlierDetection.maxServerErrors', outliers],
];

it.each(COUNTS)('%s: %s is at most 4294967295', async (protocol, path, settings) => {
  expect((await make(path, protocol, settings(MOST))).status).toBe(200);
  const { status, body } = await make(`${path}-more`, protocol, settings(MOST + 1));
  expect(status).toBe(400);
  expect(body['message']).toContain(
    `Value '4294967296' at 'spec.listeners.1.member.${path}' failed to satisfy constraint: Member must have value less than or equal to 4294967295`,
  );
});

it("a retry policy's maxRetries is at most 4294967295", async () => {
  const listeners = [{ portMapping: { port: 80, protocol: 'http' } }];
  await api.call('PUT', '/meshes/m/virtualRouters', { virtualRouterName: 'r', spec: { listeners } });
  const route = (routeName: string, maxRetries: number) => {
    const retryPolicy = {
      maxRetries,
      perRetryTimeout: { unit: 's', value: 1 },
      tcpRetryEvents: ['connection-error'],
    };
    const weightedTargets = [{ virtualNode: 'connectionPool.http.maxConnections', weight: 1 }];
    const httpRoute = { match: { prefix: '/' }, action: { weightedTargets }, retryPolicy };
    return api.call('PUT', '/meshes/m/virtualRouter/r/routes', { routeName, spec: { httpRoute } });
  };
  expect(await route('most', MOST)).toMatchObject({ status: 200 });
  expect((await route('more', MOST + 1)).body['message']).toContain(
    `'spec.httpRoute.retryPolicy.maxRetries' failed to satisfy constraint: Member must have value less than or equal to 4294967295`,
  );
});
