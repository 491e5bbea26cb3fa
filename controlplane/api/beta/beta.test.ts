import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAll, nodeSpec, routeSpec, startApi, type TestApi } from '../testing/test-api.ts';
import { beta, made, makeColors, MESH, route, TELLER } from './testing/beta-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const current = async (path: string) => (await api.call('GET', path)).body;

describe('the beta API', () => {
  it('responds in the shapes of its model', async () => {
    const answers = await makeColors(api);
    const text = `${JSON.stringify(answers, null, 2)}\n`.replaceAll(/"uid": "[^"]+"/g, '"uid": "…"');
    await expect(text).toMatchFileSnapshot('testdata/colors.json');
    const paths = [
      MESH,
      `${MESH}/virtualNodes/colorgateway-vn`,
      `${MESH}/virtualNodes/colorteller-vn`,
      `${MESH}/virtualNodes/colorteller-blue-vn`,
      `${MESH}/virtualRouters/colorteller-vr`,
      `${MESH}/virtualRouter/colorteller-vr/routes/colorteller-route`,
    ];
    for (const [index, path] of paths.entries())
      expect((await beta(api, 'GET', path)).body).toEqual(answers[index]);
  });

  it('creates resources that the current API shows', async () => {
    await makeColors(api);
    expect(await current(`${MESH}/virtualNodes/colorgateway-vn`)).toMatchObject({
      spec: {
        listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
        serviceDiscovery: { dns: { hostname: 'colorgateway.default.svc.cluster.local' } },
        backends: [{ virtualService: { virtualServiceName: TELLER } }],
      },
    });
    expect(await current(`${MESH}/virtualRouters/colorteller-vr`)).toMatchObject({ spec: {} });
    expect(await current(`${MESH}/virtualServices/${TELLER}`)).toMatchObject({
      spec: { provider: { virtualRouter: { virtualRouterName: 'colorteller-vr' } } },
      metadata: { version: 1 },
    });
    expect(await current(`${MESH}/virtualRouter/colorteller-vr/routes/colorteller-route`)).toMatchObject({
      spec: route(['colorteller-vn', 1]),
    });
  });

  it('lists in pages, and updates', async () => {
    await makeColors(api);
    const { body } = await beta(api, 'GET', `${MESH}/virtualNodes?limit=2`);
    expect(body).toEqual({
      virtualNodes: ['colorgateway-vn', 'colorteller-blue-vn'].map((virtualNodeName) => ({
        arn: `arn:aws:appmesh:eu-west-1:111122223333:mesh/default/virtualNode/${virtualNodeName}`,
        meshName: 'default',
        virtualNodeName,
      })),
      nextToken: expect.any(String),
    });
    const rest = await beta(api, 'GET', `${MESH}/virtualNodes?nextToken=${String(body['nextToken'])}`);
    expect(rest.body).toMatchObject({ virtualNodes: [{ virtualNodeName: 'colorteller-vn' }] });
    expect(rest.body).not.toHaveProperty('nextToken');
    expect((await beta(api, 'GET', '/meshes')).body).toEqual({
      meshes: [{ arn: 'arn:aws:appmesh:eu-west-1:111122223333:mesh/default', meshName: 'default' }],
    });

    const path = `${MESH}/virtualRouter/colorteller-vr/routes/colorteller-route`;
    const spec = route(['colorteller-blue-vn', 8], ['colorteller-vn', 2]);
    expect(await made(api, path, { spec })).toMatchObject({ spec, metadata: { version: 2 } });
    expect(await made(api, path, { spec })).toMatchObject({ metadata: { version: 2 } });
  });

  it('deletes', async () => {
    await makeColors(api);
    expect(await beta(api, 'DELETE', `${MESH}/virtualNodes/colorteller-vn`)).toMatchObject({
      error: 'ResourceInUseException',
    });
    expect(await beta(api, 'DELETE', `${MESH}/virtualRouters/colorteller-vr`)).toMatchObject({
      error: 'ResourceInUseException',
    });
    expect(await current(`${MESH}/virtualServices/${TELLER}`)).toMatchObject({
      status: { status: 'ACTIVE' },
    });
    await beta(api, 'DELETE', `${MESH}/virtualRouter/colorteller-vr/routes/colorteller-route`);
    expect((await beta(api, 'DELETE', `${MESH}/virtualRouters/colorteller-vr`)).body).toMatchObject({
      spec: { serviceNames: [TELLER] },
      status: { status: 'DELETED' },
    });
    for (const name of ['colorgateway-vn', 'colorteller-vn', 'colorteller-blue-vn']) {
      expect((await beta(api, 'DELETE', `${MESH}/virtualNodes/${name}`)).status).toBe(200);
    }
    expect((await beta(api, 'DELETE', MESH)).body).toMatchObject({
      meshName: 'default',
      status: { status: 'DELETED' },
    });
    expect([...api.live.model.resources()]).toEqual([]);
  });
});

describe("a virtual router's names", () => {
  const router = (serviceNames: readonly string[]) => ({ spec: { serviceNames } });
  const ROUTER = `${MESH}/virtualRouters/r`;
  const services = () =>
    api.live.model.list('virtualService', { owner: '111122223333', mesh: 'default' }).map(({ name }) => name);
  beforeEach(async () => {
    await made(api, '/meshes', { meshName: 'default' });
    await made(api, `${MESH}/virtualRouters`, { virtualRouterName: 'r', ...router(['b', 'a']) });
  });

  it('are virtual services, created and deleted with the router in one commit', async () => {
    const { revision } = api.live.model;
    expect(services()).toEqual(['a', 'b']);
    expect(await made(api, ROUTER, router(['b', 'c']))).toMatchObject({
      ...router(['b', 'c']),
      metadata: { version: 2 },
    });
    expect(services()).toEqual(['b', 'c']);
    expect(await made(api, ROUTER, router(['c', 'b']))).toMatchObject({ metadata: { version: 2 } });
    expect(await made(api, ROUTER, { spec: {} })).toMatchObject({ ...router([]), metadata: { version: 3 } });
    expect(services()).toEqual([]);
    expect(api.live.model.revision).toBe(revision + 2);
  });

  it('belong to one router at a time', async () => {
    const taken = await beta(api, 'PUT', `${MESH}/virtualRouters`, {
      virtualRouterName: 's',
      ...router(['x', 'a']),
    });
    expect(taken).toMatchObject({
      status: 409,
      error: 'ConflictException',
      body: { message: 'VirtualService with virtualServiceName a already exists.' },
    });
    expect(services()).toEqual(['a', 'b']);
    expect((await beta(api, 'GET', `${MESH}/virtualRouters/s`)).status).toBe(404);
  });

  it("include services made through the current API, and an update keeps the router's listeners", async () => {
    const listeners = [{ portMapping: { port: 80, protocol: 'http' } }];
    await api.call('PUT', ROUTER, { spec: { listeners } });
    const spec = { provider: { virtualRouter: { virtualRouterName: 'r' } } };
    await api.call('PUT', `${MESH}/virtualServices`, { virtualServiceName: 'new', spec });
    expect((await beta(api, 'GET', ROUTER)).body).toMatchObject(router(['a', 'b', 'new']));
    const before = await current(ROUTER);
    api.clock.now -= 60_000;
    await made(api, ROUTER, router(['new']));
    const after = await current(ROUTER);
    expect(after).toMatchObject({ spec: { listeners } });
    // The clock was set back between the two calls.
    expect(after['metadata']).toEqual({ ...(before['metadata'] as object), version: 3 });
  });

  it('are created once by a call that is sent twice with one token', async () => {
    const body = { virtualRouterName: 's', ...router(['x']), clientToken: 't' };
    const first = await made(api, `${MESH}/virtualRouters`, body);
    expect(await made(api, `${MESH}/virtualRouters`, body)).toEqual(first);
    const other = await beta(api, 'PUT', `${MESH}/virtualRouters`, { ...body, ...router(['y']) });
    expect(other).toMatchObject({
      error: 'ConflictException',
      body: { message: expect.stringContaining('clientToken') },
    });
  });
});

describe('a resource made through the current API', () => {
  beforeEach(() => makeAll(api));

  it('is shown without the members that the beta cannot express', async () => {
    const rich = {
      ...nodeSpec(9080),
      backends: [{ virtualService: { virtualServiceName: 'teller.local', clientPolicy: {} } }],
      logging: { accessLog: { file: { path: '/dev/stdout' } } },
    };
    await api.call('PUT', '/meshes/colors/virtualNodes/white', { spec: rich });
    const { body } = await beta(api, 'GET', '/meshes/colors/virtualNodes/white');
    expect(body['spec']).toEqual({
      listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
      serviceDiscovery: { dns: { serviceName: 'white.local' } },
      backends: ['teller.local'],
    });
    const grpc = {
      grpcRoute: { match: {}, action: { weightedTargets: [{ virtualNode: 'white', weight: 1 }] } },
    };
    await api.call('PUT', '/meshes/colors/virtualRouters', { virtualRouterName: 'g', spec: {} });
    await api.call('PUT', '/meshes/colors/virtualRouter/g/routes', { routeName: 'g', spec: grpc });
    expect((await beta(api, 'GET', '/meshes/colors/virtualRouter/g/routes/g')).body).toMatchObject({
      spec: {},
    });
    expect((await beta(api, 'GET', '/meshes/colors')).body).not.toHaveProperty('spec');
  });

  it('is not updated if the update would remove members that the beta cannot express', async () => {
    const spec = { ...routeSpec(), priority: 3 };
    await api.call('PUT', '/meshes/colors/virtualRouter/router/routes/all', { spec });
    const path = '/meshes/colors/virtualRouter/router/routes/all';
    expect(await beta(api, 'PUT', path, { spec: routeSpec(2) })).toMatchObject({
      error: 'BadRequestException',
      body: {
        message:
          'Route all has members that the API of 2018-10-01 cannot express, and this update would remove them: spec.priority. Update it through the API of 2019-01-25.',
      },
    });
    expect(await current(path)).toMatchObject({ spec });
    await api.call('PUT', path, { spec: routeSpec() });
    expect(await made(api, path, { spec: routeSpec(2) })).toMatchObject({ spec: routeSpec(2) });
  });

  it('keeps a virtual service that a gateway route targets', async () => {
    expect(await beta(api, 'PUT', '/meshes/colors/virtualRouters/router', { spec: {} })).toMatchObject({
      error: 'ResourceInUseException',
      body: {
        message: 'VirtualService teller.local is being referenced in the following: GATEWAY_ROUTE: [door/in]',
      },
    });
  });
});
