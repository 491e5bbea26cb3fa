import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from '../testing/test-api.ts';

// Limits where the model has none: an integer is at most what all SDKs can read, a long at most Envoy's unsigned 32-bit number.

const INTEGER = 2_147_483_647;
const LONG = 4_294_967_295;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await api.call('PUT', '/meshes', { meshName: 'm' });
});
afterAll(() => api.close());

/** Creates a virtual node with one listener. */
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

const COUNTS: readonly (readonly [string, string, number, (count: number) => object])[] = [
  ['http', 'connectionPool.http.maxConnections', INTEGER, (count) => pool('http', { maxConnections: count })],
  [
    'http',
    'connectionPool.http.maxPendingRequests',
    INTEGER,
    (count) => pool('http', { maxConnections: 1, maxPendingRequests: count }),
  ],
  ['http2', 'connectionPool.http2.maxRequests', INTEGER, (count) => pool('http2', { maxRequests: count })],
  ['grpc', 'connectionPool.grpc.maxRequests', INTEGER, (count) => pool('grpc', { maxRequests: count })],
  ['tcp', 'connectionPool.tcp.maxConnections', INTEGER, (count) => pool('tcp', { maxConnections: count })],
  ['http', 'outlierDetection.maxServerErrors', LONG, outliers],
];

it.each(COUNTS)('%s: %s is at most %i', async (protocol, path, most, settings) => {
  expect((await make(path, protocol, settings(most))).status).toBe(200);
  const { status, body } = await make(`${path}-more`, protocol, settings(most + 1));
  expect(status).toBe(400);
  expect(body['message']).toContain(
    `Value '${most + 1}' at 'spec.listeners.1.member.${path}' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
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
  expect(await route('most', LONG)).toMatchObject({ status: 200 });
  expect((await route('more', LONG + 1)).body['message']).toContain(
    `'spec.httpRoute.retryPolicy.maxRetries' failed to satisfy constraint: Member must have value less than or equal to 4294967295`,
  );
});
