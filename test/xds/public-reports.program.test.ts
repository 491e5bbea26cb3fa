import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openCall, type TestCall, type TestResponse } from '../../xds/rows/testing/call.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES } from '../../xds/types.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../lab/programs/local-control-plane.ts';

// Public reports about other control planes, and about how Envoy's client meets them, replayed against a running control plane.

const NODE = { id: 'mesh/m/virtualNode/caller' };
const A = 'cds_egress_m_a_http_80';
const B = 'cds_egress_m_b_http_80';
const RDS = 'rds_egress_http_80';

/** An address where no server answers for AWS Cloud Map. */
const NO_AWS = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' };

const listeners = [{ portMapping: { port: 80, protocol: 'http' } }];
const cloudMap = (serviceName: string) => ({ awsCloudMap: { namespaceName: 'ns', serviceName } });
const SPECS = {
  a: { listeners, serviceDiscovery: cloudMap('a') },
  b: { listeners, serviceDiscovery: cloudMap('b') },
};

let folder: string;
let plane: LocalControlPlane;
const calls: TestCall[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
  await start();
  await put('meshes', { meshName: 'm' });
  for (const [name, spec] of Object.entries(SPECS)) {
    await put('meshes/m/virtualNodes', { virtualNodeName: name, spec });
    const provider = { virtualNode: { virtualNodeName: name } };
    await put('meshes/m/virtualServices', { virtualServiceName: `${name}.local`, spec: { provider } });
  }
  await put('meshes/m/virtualNodes', { virtualNodeName: 'caller', spec: callerOf('a.local', 'b.local') });
});
afterEach(() => {
  for (const call of calls.splice(0)) call.close();
});
afterAll(async () => {
  await plane?.kill();
  await rm(folder, { recursive: true });
});

async function start(): Promise<void> {
  plane = await startLocalControlPlane(['--data', folder], { env: NO_AWS });
}

async function put(path: string, body: object): Promise<void> {
  const answer = await fetch(`${plane.api}/v20190125/${path}`, { method: 'PUT', body: JSON.stringify(body) });
  expect([path, answer.status]).toEqual([path, 200]);
}

function callerOf(...names: readonly string[]): object {
  const backends = names.map((virtualServiceName) => ({ virtualService: { virtualServiceName } }));
  return { listeners, serviceDiscovery: { dns: { hostname: 'caller.local' } }, backends };
}

/** Gives the cluster of a node new content. */
function changeCluster(name: keyof typeof SPECS, maxServerErrors: number): Promise<void> {
  const time = { unit: 's', value: 9 };
  const outlierDetection = {
    baseEjectionDuration: time,
    interval: time,
    maxEjectionPercent: 50,
    maxServerErrors,
  };
  const changed = listeners.map((listener) => ({ ...listener, outlierDetection }));
  return put(`meshes/m/virtualNodes/${name}`, { spec: { ...SPECS[name], listeners: changed } });
}

function connect(variant: 'delta' | 'sotw'): TestCall {
  const call = openCall(Number(plane.ads.split(':').at(-1)), variant);
  calls.push(call);
  return call;
}

/** Reads and ACKs responses up to the first that `isIt`, and returns it. */
async function take(call: TestCall, isIt: (response: TestResponse) => boolean): Promise<TestResponse> {
  for (;;) {
    const response = await call.next();
    call.ask({ typeUrl: response.typeUrl, responseNonce: response.nonce });
    if (isIt(response)) return response;
  }
}

const ofType = (typeUrl: string) => (response: TestResponse) => response.typeUrl === typeUrl;
const removes = (name: string) => (response: TestResponse) => response.removed.includes(name);

/** Connects an incremental proxy that has all clusters and their endpoints. */
async function connectWithEndpoints(): Promise<{
  call: TestCall;
  clusters: TestResponse;
  endpoints: TestResponse;
}> {
  const call = connect('delta');
  call.ask({ node: NODE, typeUrl: CLUSTER });
  const clusters = await take(call, ofType(CLUSTER));
  call.ask({ typeUrl: ENDPOINTS, resourceNamesSubscribe: [A, B] });
  const endpoints = await take(call, ofType(ENDPOINTS));
  return { call, clusters, endpoints };
}

test('endpoints whose source has not answered are answered, so that the cluster does not warm forever (envoy #46383)', async () => {
  const { endpoints } = await connectWithEndpoints();
  expect([...endpoints.resources, ...endpoints.removed].toSorted()).toEqual([A, B]);
});

test('a changed cluster resends all endpoints, also unchanged ones (kuma #331, envoy #21425, istio #38709)', async () => {
  const { call } = await connectWithEndpoints();
  await changeCluster('a', 3);
  const { resources, removed } = await take(call, ofType(ENDPOINTS));
  expect([...resources, ...removed].toSorted()).toEqual([A, B]);
});

test('a name beside the wildcard does not end it (go-control-plane #558, cilium #45288)', async () => {
  const { call } = await connectWithEndpoints();
  call.ask({ typeUrl: CLUSTER, resourceNamesSubscribe: [A] });
  expect((await take(call, ofType(CLUSTER))).resources).toEqual([A]);
  await changeCluster('b', 4);
  expect((await take(call, ofType(CLUSTER))).resources).toEqual([B]);
});

test('a missing route is reported, and sent once it exists (go-control-plane #565 and #488, java-control-plane #373)', async () => {
  const call = connect('delta');
  call.ask({ node: NODE, typeUrl: ROUTES, resourceNamesSubscribe: [RDS, 'rds_egress_http_90'] });
  const first = await take(call, ofType(ROUTES));
  expect([first.resources, first.removed]).toEqual([[RDS], ['rds_egress_http_90']]);
  const spec = {
    listeners: [{ portMapping: { port: 90, protocol: 'http' } }],
    serviceDiscovery: { dns: { hostname: 'c.local' } },
  };
  await put('meshes/m/virtualNodes', { virtualNodeName: 'c', spec });
  const provider = { virtualNode: { virtualNodeName: 'c' } };
  await put('meshes/m/virtualServices', { virtualServiceName: 'c.local', spec: { provider } });
  await put('meshes/m/virtualNodes/caller', { spec: callerOf('a.local', 'b.local', 'c.local') });
  expect(await take(call, ({ resources }) => resources.includes('rds_egress_http_90'))).toMatchObject({
    typeUrl: ROUTES,
  });
});

test('the first route of a router without routes reaches a connected proxy (aws-app-mesh-roadmap #108)', async () => {
  await put('meshes/m/virtualRouters', { virtualRouterName: 'r', spec: { listeners } });
  const provider = { virtualRouter: { virtualRouterName: 'r' } };
  await put('meshes/m/virtualServices', { virtualServiceName: 'r.local', spec: { provider } });
  await put('meshes/m/virtualNodes/caller', { spec: callerOf('a.local', 'b.local', 'r.local') });
  const call = connect('delta');
  call.ask({ node: NODE, typeUrl: ROUTES, resourceNamesSubscribe: [RDS] });
  const before = await take(call, ofType(ROUTES));
  const action = { weightedTargets: [{ virtualNode: 'a', weight: 1 }] };
  const spec = { httpRoute: { match: { prefix: '/' }, action } };
  await put('meshes/m/virtualRouter/r/routes', { routeName: 'first', spec });
  expect((await take(call, ofType(ROUTES))).versions[RDS]).not.toBe(before.versions[RDS]);
});

test('a proxy that comes back after a restart loses the resources that were deleted meanwhile (istio #41494, java-control-plane #463, kmesh #415)', async () => {
  const { call, clusters, endpoints } = await connectWithEndpoints();
  call.close();
  await put('meshes/m/virtualNodes/caller', { spec: callerOf('a.local') });
  await plane.kill();
  await start();
  const again = connect('delta');
  again.ask({ node: NODE, typeUrl: CLUSTER, initialResourceVersions: clusters.versions });
  again.ask({
    typeUrl: ENDPOINTS,
    resourceNamesSubscribe: [A, B],
    initialResourceVersions: endpoints.versions,
  });
  again.ask({ typeUrl: LISTENER });
  again.ask({ typeUrl: ROUTES, resourceNamesSubscribe: [RDS] });
  expect((await take(again, removes(B))).typeUrl).toBe(CLUSTER);
});

test('state of the world: endpoints of a cluster that is gone are answered (java-control-plane #127)', async () => {
  const call = connect('sotw');
  const gone = 'cds_egress_m_gone_http_80';
  call.ask({ node: NODE, typeUrl: ENDPOINTS, resourceNames: [gone] });
  expect((await call.next()).resources.map((content) => content.includes(gone))).toEqual([true]);
});

test.each([
  ROUTES,
  LISTENER,
])('state of the world: a resource that a client unsubscribed from is sent again after it subscribes again (go-control-plane #431 and #608): %s', async (typeUrl) => {
  const names = typeUrl === ROUTES ? [RDS] : ['lds_ingress_0.0.0.0_15000', 'lds_egress_0.0.0.0_15001'];
  const call = connect('sotw');
  call.ask({ node: NODE, typeUrl, resourceNames: names });
  const { nonce, resources } = await call.next();
  expect(resources).toHaveLength(names.length);
  const ack = { typeUrl, responseNonce: nonce, versionInfo: 'x' };
  call.ask({ ...ack, resourceNames: names.slice(1) });
  call.ask({ ...ack, resourceNames: names });
  expect((await call.next()).resources.some((content) => content.includes(names[0] ?? ''))).toBe(true);
});
