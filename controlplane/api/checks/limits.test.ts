import { afterEach, describe, expect, it } from 'vitest';
import { compileCredentials } from '../../auth/credentials/credentials.ts';
import { DOCUMENT } from '../../auth/testing/signed-requests.ts';
import {
  ALL_KINDS,
  makeAll,
  nodeSpec,
  routeSpec,
  startApi,
  type TestApi,
  type TestApiOptions,
} from '../testing/test-api.ts';
import { DEFAULT_QUOTAS, type QuotaName } from './quotas.ts';

let api: TestApi;
const start = async (options: TestApiOptions): Promise<TestApi> => {
  api = await startApi(options);
  return api;
};
afterEach(() => api.close());

const exceeded = (message: string) => ({
  status: 400,
  error: 'LimitExceededException',
  body: { message: expect.stringContaining(message) as string },
});

describe('a quota', () => {
  const quotaOf: Readonly<Record<string, QuotaName>> = {
    meshName: 'meshes',
    virtualNodeName: 'virtualNodes',
    virtualRouterName: 'virtualRouters',
    routeName: 'routes',
    virtualServiceName: 'virtualServices',
    virtualGatewayName: 'virtualGateways',
    gatewayRouteName: 'gatewayRoutes',
  };
  it.each(
    ALL_KINDS,
  )('on resources at %s is enforced, and a delete frees its place', async (path, member, name, spec) => {
    const quota = quotaOf[member] ?? 'meshes';
    await start({ quotas: { ...DEFAULT_QUOTAS, [quota]: 2 } });
    await makeAll(api);
    const make = (other: string) => api.call('PUT', path, { [member]: other, spec });
    expect((await make('second')).status).toBe(200);
    expect(await make('third')).toMatchObject(exceeded(`already has 2 ${quota}, which is the quota`));
    // Creating an existing resource still gives a conflict.
    expect((await make(name)).error).toBe('ConflictException');
    expect((await api.call('DELETE', `${path}/second`)).status).toBe(200);
    expect((await make('third')).status).toBe(200);
  });

  it('on meshes holds for concurrent creates', async () => {
    await start({ quotas: { ...DEFAULT_QUOTAS, meshes: 5 } });
    const names = Array.from({ length: 40 }, (_, index) => `m${index}`);
    const answers = await Promise.all(names.map((meshName) => api.call('PUT', '/meshes', { meshName })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(answers.filter(({ error }) => error === 'LimitExceededException')).toHaveLength(35);
    expect([...api.live.model.resources()]).toHaveLength(5);
  });

  it('counts the routes of each router separately', async () => {
    await start({ quotas: { ...DEFAULT_QUOTAS, routes: 1 } });
    await makeAll(api);
    const listeners = [{ portMapping: { port: 9080, protocol: 'http' } }];
    await api.call('PUT', '/meshes/colors/virtualRouters', {
      virtualRouterName: 'other',
      spec: { listeners },
    });
    const route = { routeName: 'more', spec: routeSpec() };
    const path = '/meshes/colors/virtualRouter';
    expect((await api.call('PUT', `${path}/other/routes`, route)).status).toBe(200);
    expect(await api.call('PUT', `${path}/router/routes`, route)).toMatchObject(
      exceeded('VirtualRouter router already has 1 routes'),
    );
  });

  it('on backends holds for updates too, except for a node that already had as many', async () => {
    await start({ quotas: { ...DEFAULT_QUOTAS, backends: 2 } });
    await api.call('PUT', '/meshes', { meshName: 'colors' });
    const backends = (count: number) => ({
      ...nodeSpec(80),
      backends: Array.from({ length: count }, (_, index) => ({
        virtualService: { virtualServiceName: `s${index}` },
      })),
    });
    const nodes = '/meshes/colors/virtualNodes';
    const message = exceeded('VirtualNode a would have 3 backends, and the quota is 2');
    expect(await api.call('PUT', nodes, { virtualNodeName: 'a', spec: backends(3) })).toMatchObject(message);
    expect((await api.call('PUT', nodes, { virtualNodeName: 'a', spec: backends(2) })).status).toBe(200);
    expect(await api.call('PUT', `${nodes}/a`, { spec: backends(3) })).toMatchObject(message);
    api = await api.restart({ quotas: { ...DEFAULT_QUOTAS, backends: 1 } });
    const logging = { accessLog: { file: { path: '/dev/stdout' } } };
    const changed = { ...backends(2), logging };
    expect((await api.call('PUT', `${nodes}/a`, { spec: changed })).status).toBe(200);
    expect(await api.call('PUT', `${nodes}/a`, { spec: backends(3) })).toMatchObject(
      exceeded('the quota is 1'),
    );
  });
});

describe('a rate limit', () => {
  const list = () => api.app.inject({ url: '/v20190125/meshes' });

  it('admits a burst, then calls at the rate, and sends Retry-After', async () => {
    await start({ rateLimit: { rate: 2, burst: 3 } });
    const statuses = [await list(), await list(), await list()].map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([200, 200, 200]);
    const refused = await list();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({
      'retry-after': '1',
      'x-amzn-errortype': 'TooManyRequestsException',
    });
    expect(refused.json()).toEqual({
      message: 'Rate exceeded: 2 calls per second, with bursts of up to 3. Try again in 1 s.',
    });
    api.clock.now += 500;
    expect((await list()).statusCode).toBe(200);
    expect((await list()).statusCode).toBe(429);
    api.clock.now += 3_600_000;
    expect(
      [await list(), await list(), await list(), await list()].map(({ statusCode }) => statusCode),
    ).toEqual([200, 200, 200, 429]);
  });

  it('counts each user separately, and ignores calls with an invalid signature', async () => {
    await start({ rateLimit: { rate: 0.1, burst: 1 }, credentials: compileCredentials(DOCUMENT) });
    for (let call = 0; call < 3; call += 1) {
      expect((await api.call('GET', '/meshes')).error).toBe('MissingAuthenticationTokenException');
    }
    expect((await api.callAs('AKADMIN', 'GET', '/meshes')).status).toBe(200);
    expect(await api.callAs('AKADMIN', 'GET', '/meshes')).toMatchObject({
      status: 429,
      body: { message: expect.stringContaining('Try again in 10 s') as string },
    });
    expect((await api.callAs('AKGUEST', 'GET', '/meshes')).status).toBe(200);
  });

  it('does not count health checks', async () => {
    await start({ rateLimit: { rate: 1, burst: 1 } });
    for (let call = 0; call < 3; call += 1) {
      expect((await api.app.inject({ url: '/healthz' })).statusCode).toBe(200);
    }
  });
});
