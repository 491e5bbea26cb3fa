import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_KINDS, makeAll, nodeSpec, routeSpec, startApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await makeAll(api);
});
afterEach(() => api.close());

const MESH = '/meshes/colors';
const ROUTES = `${MESH}/virtualRouter/router/routes`;
const listeners = [9080, 8080].map((port) => ({ portMapping: { port, protocol: 'http' } }));

describe('a port that a route must name, because there are several listeners,', () => {
  const second = (kind: string) => () => api.call('PUT', `${MESH}/${kind}`, { spec: { listeners } });
  const cases: readonly [string, () => Promise<unknown>, string][] = [
    [
      'a second listener on a node that a route names without a port',
      () => api.call('PUT', `${MESH}/virtualNodes/white`, { spec: nodeSpec(9080, 9081) }),
      'All Routes for this Virtual Node must define a target port before adding multiple listeners to this Virtual Node. 1 Route(s) are missing port. Listing up to 5 route names: [router/all]',
    ],
    [
      'a second listener on a router with a route, and a gateway route to it, that name no port',
      second('virtualRouters/router'),
      'All Routes for this Virtual Router must define a port match before adding multiple listeners to this Virtual Router. 1 Route(s) are missing port. Listing up to 5 route names: [all]. All Gateway Routes for this Virtual Router must define a target port before adding multiple listeners to this Virtual Router. 1 Gateway Route(s) are missing port. Listing up to 5 gateway route names: [door/in]',
    ],
    [
      'a second listener on a gateway with a route that names no port',
      second('virtualGateways/door'),
      'All Gateway Routes for this Virtual Gateway must define a port match before adding multiple listeners to this Virtual Gateway. 1 Gateway Route(s) are missing port. Listing up to 5 gateway route names: [in]',
    ],
  ];
  it.each(cases)('is required in the words of App Mesh: %s', async (_, call, message) => {
    expect(await call()).toEqual({ status: 400, error: 'BadRequestException', body: { message } });
  });

  it('is required in the words of App Mesh: in a create', async () => {
    for (const route of ['virtualGateway/door/gatewayRoutes/in', 'virtualRouter/router/routes/all']) {
      await api.call('DELETE', `${MESH}/${route}`);
    }
    await api.call('PUT', `${MESH}/virtualNodes/white`, { spec: nodeSpec(9080, 9081) });
    await api.call('PUT', `${MESH}/virtualRouters/router`, { spec: { listeners } });
    await api.call('PUT', `${MESH}/virtualGateways/door`, { spec: { listeners } });
    const [, , , , , , gatewayRoute] = ALL_KINDS;
    const needed = (path: string, ports: string): string =>
      `Value null at 'spec.httpRoute.${path}' failed to satisfy constraint: Member must be one of the ports [${ports}]`;
    expect(await api.call('PUT', ROUTES, { routeName: 'a', spec: routeSpec() })).toMatchObject({
      error: 'BadRequestException',
      body: {
        message: [
          'Route must define a port match criteria if the Virtual Router has multiple listeners. ',
          needed('match.port', '9080, 8080'),
          '. Route must define a port for a weighted target if its Virtual Node has multiple listeners. ',
          needed('action.weightedTargets.1.member.port', '9080, 9081'),
        ].join(''),
      },
    });
    const made = await api.call('PUT', gatewayRoute[0], {
      [gatewayRoute[1]]: 'a',
      spec: gatewayRoute[3],
    });
    expect(made).toMatchObject({
      error: 'BadRequestException',
      body: {
        message: [
          'Gateway route must define a match port if the parent Virtual Gateway has multiple listeners. ',
          needed('match.port', '9080, 8080'),
          '. Gateway route must define a target port if the provider of the Virtual Service has multiple listeners. ',
          needed('action.target.port', '9080, 8080'),
        ].join(''),
      },
    });
  });
});

it('a port is required in the words of App Mesh if a new provider has several listeners', async () => {
  await api.call('PUT', `${MESH}/virtualRouters`, { virtualRouterName: 'two', spec: { listeners } });
  const spec = { provider: { virtualRouter: { virtualRouterName: 'two' } } };
  expect(await api.call('PUT', `${MESH}/virtualServices/teller.local`, { spec })).toEqual({
    status: 400,
    error: 'BadRequestException',
    body: {
      message:
        'All Gateway Routes for this Virtual Service must define a target port before giving it a provider with multiple listeners. 1 Gateway Route(s) are missing port. Listing up to 5 gateway route names: [door/in]',
    },
  });
});
