import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  ALL_KINDS,
  makeAll,
  REGION,
  routeSpec,
  startApi,
  type TestApi,
} from './testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const MESH = '/meshes/colors';
const ROUTE = `${MESH}/virtualRouter/router/routes/all`;
const createMesh = (name = 'colors') => api.call('PUT', '/meshes', { meshName: name });

describe('each kind', () => {
  it.each(ALL_KINDS)('%s: create, describe, update, list, delete', async (path, member, name, spec) => {
    await makeAll(api);
    const item = `${path}/${name}`;
    const { body: made } = await api.call('GET', item);
    expect(made).toMatchObject({
      [member]: name,
      spec,
      status: { status: 'ACTIVE' },
      metadata: {
        arn: expect.stringContaining(`arn:aws:appmesh:${REGION}:${ACCOUNT}:mesh/colors`),
        version: 1,
        createdAt: 1_700_000_000.123,
        lastUpdatedAt: 1_700_000_000.123,
        meshOwner: ACCOUNT,
        resourceOwner: ACCOUNT,
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect((await api.call('PUT', path, { [member]: name, spec })).error).toBe('ConflictException');

    api.clock.now += 1000;
    const same = await api.call('PUT', item, { spec });
    expect(same.body).toEqual(made);

    const listed = await api.call('GET', path);
    const [collection = ''] = Object.keys(listed.body);
    const { uid: _, ...metadata } = made['metadata'] as Record<string, unknown>;
    const [reference] = listed.body[collection] as [Record<string, unknown>];
    expect(reference).toMatchObject({ [member]: name, meshName: 'colors', ...metadata });
    expect(reference).not.toHaveProperty('spec');
    expect((await api.call('PUT', `${item}x`, { spec })).error).toBe('NotFoundException');
    expect((await api.call('GET', `${item}x`)).error).toBe('NotFoundException');
    expect((await api.call('DELETE', `${item}x`)).error).toBe('NotFoundException');
  });

  it('is deleted in reverse order, and each delete returns the last state', async () => {
    await makeAll(api);
    api.clock.now += 5000;
    // A virtual service is the provider's user and the gateway route's target, so it goes between them.
    const order = [...ALL_KINDS].toReversed();
    for (const [path, member, name] of order) {
      const { status, body } = await api.call('DELETE', `${path}/${name}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        [member]: name,
        status: { status: 'DELETED' },
        metadata: { version: 2, lastUpdatedAt: 1_700_000_005.123 },
      });
      expect((await api.call('GET', `${path}/${name}`)).error).toBe('NotFoundException');
    }
  });
});

describe('a change', () => {
  it('raises the version by one, replaces the whole specification, and keeps the uid', async () => {
    await makeAll(api);
    const { body: before } = await api.call('GET', ROUTE);
    api.clock.now += 1000;
    const spec = { ...routeSpec(7), priority: 3 };
    const { body: after } = await api.call('PUT', ROUTE, { spec });
    expect(after).toEqual({
      ...before,
      spec,
      metadata: { ...(before['metadata'] as object), version: 2, lastUpdatedAt: 1_700_000_001.123 },
    });
    expect((await api.call('GET', ROUTE)).body).toEqual(after);
    expect((await api.call('PUT', ROUTE, { spec: routeSpec() })).body).toMatchObject({ spec: routeSpec() });
  });

  it('after the clock was set back keeps lastUpdatedAt at or after the previous change and the creation', async () => {
    await makeAll(api);
    const lastUpdatedAt = 1_700_000_000.123;
    api.clock.now -= 60_000;
    const dates = { createdAt: lastUpdatedAt, lastUpdatedAt };
    const updated = await api.call('PUT', ROUTE, { spec: routeSpec(7) });
    expect(updated.body).toMatchObject({ metadata: { version: 2, ...dates } });
    const deleted = await api.call('DELETE', ROUTE);
    expect(deleted.body).toMatchObject({ metadata: { version: 3, ...dates } });
  });

  it('of a mesh without a specification keeps the existing one', async () => {
    await makeAll(api);
    expect((await api.call('PUT', MESH, {})).body).toMatchObject({
      spec: { egressFilter: { type: 'ALLOW_ALL' } },
      metadata: { version: 1 },
    });
  });

  it('is seen by every read after it, and survives a restart', async () => {
    await makeAll(api);
    await api.call('PUT', ROUTE, { spec: routeSpec(42) });
    const { body } = await api.call('GET', ROUTE);
    api = await api.restart();
    expect((await api.call('GET', ROUTE)).body).toEqual(body);
    expect(body).toMatchObject({ spec: routeSpec(42) });
  });

  it('notifies listeners once, before the response', async () => {
    const told: string[] = [];
    api.live.onChanges((changes) => told.push(...changes.map(({ id }) => id.name)));
    await createMesh();
    expect(told).toEqual(['colors']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(['colors']);
  });

  it('is not lost with 50 concurrent writers', async () => {
    await createMesh();
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
    const answers = await Promise.all(
      names.map((virtualNodeName) => api.call('PUT', `${MESH}/virtualNodes`, { virtualNodeName, spec: {} })),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    expect((await api.call('GET', `${MESH}/virtualNodes`)).body['virtualNodes']).toHaveLength(50);
  });
});

describe('a resource that must exist', () => {
  const missingParents: readonly [string, unknown][] = [
    ['/meshes/none/virtualNodes', { virtualNodeName: 'a', spec: {} }],
    [`${MESH}/virtualRouter/none/routes`, { routeName: 'a', spec: routeSpec() }],
    [`${MESH}/virtualNodes?meshOwner=999988887777`, { virtualNodeName: 'a', spec: {} }],
  ];
  it.each(missingParents)('is a parent: %s', async (path, body) => {
    await makeAll(api);
    expect(await api.call('PUT', path, body)).toMatchObject({ status: 404, error: 'NotFoundException' });
    expect(await api.call('GET', path)).toMatchObject({ status: 404, error: 'NotFoundException' });
  });

  it.each([
    ['/meshes/none', 'Mesh with name none is not present for account 111122223333'],
    [
      `${MESH}/virtualNodes/none`,
      'VirtualNode with name none is not present under mesh colors for account 111122223333',
    ],
    [
      `${MESH}/virtualRouter/router/routes/none`,
      'Route with name none is not present under VirtualRouter router under mesh colors for account 111122223333',
    ],
    [
      `${MESH}/virtualGateway/none/gatewayRoutes/in`,
      'VirtualGateway with name none is not present under mesh colors for account 111122223333',
    ],
  ])('is the requested resource: %s', async (path, message) => {
    await makeAll(api);
    expect(await api.call('GET', path)).toEqual({
      status: 404,
      error: 'NotFoundException',
      body: { message },
    });
  });

  const missingReferences: readonly [string, unknown, string][] = [
    [
      `${MESH}/virtualServices`,
      { virtualServiceName: 'a', spec: { provider: { virtualNode: { virtualNodeName: 'none' } } } },
      'VirtualNode with name none is not present under mesh colors for account 111122223333',
    ],
    [
      `${MESH}/virtualServices`,
      { virtualServiceName: 'a', spec: { provider: { virtualRouter: { virtualRouterName: 'none' } } } },
      'VirtualRouter with name none',
    ],
    [
      `${MESH}/virtualRouter/router/routes`,
      { routeName: 'a', spec: routeSpec(1, { virtualNode: 'none' }) },
      'VirtualNode with name none',
    ],
    [
      `${MESH}/virtualGateway/door/gatewayRoutes`,
      {
        gatewayRouteName: 'a',
        spec: {
          httpRoute: {
            match: { prefix: '/' },
            action: { target: { virtualService: { virtualServiceName: 'none' } } },
          },
        },
      },
      'VirtualService with name none',
    ],
  ];
  it.each(missingReferences)('is a reference: %s %j', async (path, body, message) => {
    await makeAll(api);
    expect(await api.call('PUT', path, body)).toMatchObject({
      error: 'NotFoundException',
      body: { message: expect.stringContaining(message) },
    });
  });

  it("is not a backend's virtual service", async () => {
    await createMesh();
    const spec = { backends: [{ virtualService: { virtualServiceName: 'later.local' } }] };
    expect((await api.call('PUT', `${MESH}/virtualNodes`, { virtualNodeName: 'a', spec })).status).toBe(200);
  });
});

describe('a resource in use', () => {
  const cases: readonly [string, string][] = [
    [
      MESH,
      'Mesh colors for account 111122223333 has active VirtualServices, please delete VirtualServices before deleting the Mesh. VIRTUAL_SERVICE: [teller.local], VIRTUAL_ROUTER: [router], VIRTUAL_NODE: [white], VIRTUAL_GATEWAY: [door]',
    ],
    [
      `${MESH}/virtualNodes/white`,
      'VirtualNode with name white cannot be deleted because it is the target of one or more routes. ROUTE: [router/all]',
    ],
    [
      `${MESH}/virtualRouters/router`,
      'VirtualRouter router for account 111122223333 has active Routes, please delete Routes before deleting the VirtualRouter. ROUTE: [all]',
    ],
    [
      `${MESH}/virtualServices/teller.local`,
      'VirtualService teller.local is being referenced in the following: GATEWAY_ROUTE: [door/in]',
    ],
    [
      `${MESH}/virtualGateways/door`,
      'VirtualGateway door for account 111122223333 has active GatewayRoutes, please delete GatewayRoutes before deleting the VirtualGateway. GATEWAY_ROUTE: [in]',
    ],
  ];
  it.each(cases)('is not deleted: %s', async (path, message) => {
    await makeAll(api);
    expect(await api.call('DELETE', path)).toMatchObject({
      status: 409,
      error: 'ResourceInUseException',
      body: { message },
    });
    expect((await api.call('GET', path)).status).toBe(200);
  });

  it('is not deleted: a provider', async () => {
    await makeAll(api);
    await api.call('DELETE', ROUTE);
    expect(await api.call('DELETE', `${MESH}/virtualRouters/router`)).toMatchObject({
      error: 'ResourceInUseException',
      body: {
        message:
          'VirtualRouter with name router cannot be deleted because it is a VirtualService provider. VIRTUAL_SERVICE: [teller.local]',
      },
    });
  });

  it('does not include a virtual service that is only a backend', async () => {
    await createMesh();
    const backends = [{ virtualService: { virtualServiceName: 'teller.local' } }];
    await api.call('PUT', `${MESH}/virtualServices`, { virtualServiceName: 'teller.local', spec: {} });
    await api.call('PUT', `${MESH}/virtualNodes`, { virtualNodeName: 'a', spec: { backends } });
    expect((await api.call('DELETE', `${MESH}/virtualServices/teller.local`)).status).toBe(200);
  });
});
