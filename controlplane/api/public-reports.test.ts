import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type Answer, type TestApi } from './testing/test-api.ts';

// Public reports about App Mesh's API and its tools, replayed against the API.

const listeners = [{ portMapping: { port: 80, protocol: 'http' } }];
const serviceDiscovery = { dns: { hostname: 'a.local' } };
const nodeSpec = { listeners, serviceDiscovery };
const NODES = '/meshes/m/virtualNodes';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await api.call('PUT', '/meshes', { meshName: 'm' });
  for (const virtualNodeName of ['a', 'b']) await api.call('PUT', NODES, { virtualNodeName, spec: nodeSpec });
  await api.call('PUT', '/meshes/m/virtualRouters', { virtualRouterName: 'r', spec: { listeners } });
  const provider = { virtualRouter: { virtualRouterName: 'r' } };
  const service = { virtualServiceName: 's.local', spec: { provider } };
  await api.call('PUT', '/meshes/m/virtualServices', service);
  await api.call('PUT', '/meshes/m/virtualGateways', { virtualGatewayName: 'g', spec: { listeners } });
});
afterAll(() => api.close());

/** Calls, and requires that it succeeds. */
async function accepted(path: string, body: object): Promise<Answer> {
  const answer = await api.call('PUT', path, body);
  expect(answer).toMatchObject({ status: 200 });
  return answer;
}

type Targets = Readonly<Record<string, number>>;
const action = (weights: Targets) => ({
  weightedTargets: Object.entries(weights).map(([virtualNode, weight]) => ({ virtualNode, weight })),
});

test.each([
  ['one weight is 0 (terraform-provider-aws #13479)', { prefix: '/' }, { a: 0, b: 100 }],
  ['weights add up to more than 100 (boto3 #3792)', { prefix: '/' }, { a: 100, b: 100 }],
  [
    'only headers match (kuma #6758)',
    { headers: [{ name: 'end-user', match: { exact: 'jason' } }] },
    { a: 1 },
  ],
  [
    'a header of HTTP/2 matches (aws-app-mesh-roadmap #261)',
    { prefix: '/', headers: [{ name: ':authority', match: { exact: 's.local' } }] },
    { a: 1 },
  ],
  ['a scheme matches (aws-app-mesh-roadmap #116)', { prefix: '/', scheme: 'http' }, { a: 1 }],
] as const)('a route is accepted in which %s', async (routeName, match, weights) => {
  const spec = { httpRoute: { match, action: action(weights) } };
  await accepted('/meshes/m/virtualRouter/r/routes', { routeName, spec });
});

test('an update adds a retry policy to a route (aws-app-mesh-examples #233)', async () => {
  const plain = { match: { prefix: '/' }, action: action({ a: 1 }) };
  const routes = '/meshes/m/virtualRouter/r/routes';
  await accepted(routes, { routeName: 'retried', spec: { httpRoute: plain } });
  const perRetryTimeout = { unit: 'ms', value: 2000 };
  const retryPolicy = { maxRetries: 4, perRetryTimeout, httpRetryEvents: ['server-error'] };
  const spec = { httpRoute: { ...plain, retryPolicy } };
  const { body } = await accepted(`${routes}/retried`, { spec });
  expect(body).toMatchObject({ spec, metadata: { version: 2 } });
});

const TARGET = { virtualService: { virtualServiceName: 's.local' } };

test.each([
  [
    'a whole path is rewritten (terraform-provider-aws #32448)',
    { path: { exact: '/from' } },
    { rewrite: { path: { exact: '/to' } } },
  ],
  [
    'the prefix stays (terraform-provider-aws #20272)',
    { prefix: '/keep/' },
    { rewrite: { prefix: { defaultPrefix: 'DISABLED' } } },
  ],
  [
    'the host stays (aws-app-mesh-examples #460)',
    { prefix: '/wp/' },
    { rewrite: { hostname: { defaultTargetHostname: 'DISABLED' } } },
  ],
  ['only the host matches (terraform-provider-aws #23041)', { hostname: { suffix: '.example.com' } }, {}],
  [
    'the target has a port (terraform-provider-aws #29063)',
    { prefix: '/port/' },
    { target: { ...TARGET, port: 80 } },
  ],
] as const)('a gateway route is accepted in which %s', async (gatewayRouteName, match, given) => {
  const spec = { httpRoute: { match, action: { target: TARGET, ...given } } };
  await accepted('/meshes/m/virtualGateway/g/gatewayRoutes', { gatewayRouteName, spec });
});

test('a certificate that AWS does not have is no error of the API (aws-app-mesh-roadmap #180)', async () => {
  const certificate = { acm: { certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/none' } };
  const secure = listeners.map((listener) => ({ ...listener, tls: { mode: 'STRICT', certificate } }));
  await accepted(NODES, { virtualNodeName: 'acm', spec: { listeners: secure, serviceDiscovery } });
});

test('a router without listeners is returned as it is (terraform-provider-aws #27724)', async () => {
  const { body } = await accepted('/meshes/m/virtualRouters', {
    virtualRouterName: 'bare',
    spec: { listeners: [] },
  });
  expect(body).toMatchObject({ spec: { listeners: [] } });
});

test('clients that create resources at one moment do not disturb each other (aws-app-mesh-controller-for-k8s #63)', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `at-once-${index}`);
  await Promise.all(names.map((name) => accepted(NODES, { virtualNodeName: name, spec: nodeSpec })));
});

test.each([
  [
    'an unknown egress filter (aws-app-mesh-roadmap #84)',
    '/meshes',
    { meshName: 'x', spec: { egressFilter: { type: 'ALLOW_NONE' } } },
    "'spec.egressFilter.type' failed to satisfy constraint: Member must satisfy enum value set: [ALLOW_ALL, DROP_ALL]",
  ],
  [
    'an empty backend (terraform-provider-aws #14040)',
    NODES,
    { virtualNodeName: 'empty', spec: { ...nodeSpec, backends: [{}] } },
    "'spec.backends.1.member' failed to satisfy constraint: Member must set exactly one of [virtualService]",
  ],
  [
    'a target without a weight (terraform-provider-aws #13479)',
    '/meshes/m/virtualRouter/r/routes',
    {
      routeName: 'unweighted',
      spec: { httpRoute: { match: { prefix: '/' }, action: { weightedTargets: [{ virtualNode: 'a' }] } } },
    },
    "'spec.httpRoute.action.weightedTargets.1.member.weight' failed to satisfy constraint: Member must not be null",
  ],
] as const)('the error of %s names the place and the allowed values', async (_, path, body, words) => {
  const answer = await api.call('PUT', path, body);
  expect(answer).toMatchObject({ status: 400, error: 'BadRequestException' });
  expect(answer.body['message']).toContain(words);
});
