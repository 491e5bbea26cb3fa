import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { createPreview } from '../../ads/preview.ts';
import { NO_PROXIES } from '../../ads/testing/identities.ts';
import { explainRoute, type Explained } from '../../explain/route.ts';
import { NO_EXTERNAL_INPUTS } from '../../translate/external-inputs.ts';
import { makeAll, nodeSpec, routeSpec, startApi, type TestApi } from '../testing/test-api.ts';

// The API accepts updates of a router, gateway or node and of its routes in either order. A route that does not match its
// listeners in between has no effect, and status and explain name it.

const MESH = '/meshes/colors';
const ROUTE = `${MESH}/virtualRouter/router/routes/all`;
const ROUTER = `${MESH}/virtualRouters/router`;
const NODE = `${MESH}/virtualNodes/white`;
const GATEWAY = `${MESH}/virtualGateways/door`;
const GATEWAY_ROUTE = `${MESH}/virtualGateway/door/gatewayRoutes/in`;

const listen = (port: number, protocol = 'http') => ({ listeners: [{ portMapping: { port, protocol } }] });
const { httpRoute } = routeSpec();
const { action } = httpRoute;
const onPort = (port: number) => ({ httpRoute: { match: { prefix: '/', port }, action } });
const toPort = (port: number) => routeSpec(1, { port });
const target = { virtualService: { virtualServiceName: 'teller.local' } };
const gatewayRoute = (match: object, to: object = {}) => ({
  match: { prefix: '/', ...match },
  action: { target: { ...target, ...to } },
});

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  api.app.register(
    explainRoute(createPreview(api.live.model, NO_EXTERNAL_INPUTS, NO_PROXIES, true), () => []),
  );
  await makeAll(api);
  const backends = [{ virtualService: { virtualServiceName: 'teller.local' } }];
  await put(`${MESH}/virtualNodes`, { virtualNodeName: 'caller', spec: { backends } });
});
afterEach(() => api.close());

async function put(path: string, body: object): Promise<void> {
  expect(await api.call('PUT', path, body)).toMatchObject({ status: 200 });
}

async function explained(proxy: string, url: string): Promise<Explained> {
  const query = new URLSearchParams({ node: `mesh/colors/${proxy}`, method: 'GET', url });
  return (await api.app.inject(`/explain?${query.toString()}`)).json<Explained>();
}

type Update = readonly [path: string, spec: object];
type Case = {
  readonly what: string;
  /** Updates that set the case up, with their paths. */
  readonly before?: readonly Update[];
  readonly updates: readonly [Update, Update];
  readonly proxy: 'virtualNode/caller' | 'virtualGateway/door';
  /** A request that reaches the node after both updates. */
  readonly url: string;
  /** The route that has no effect between the updates, and the reason, for either order. */
  readonly problem: readonly [where: string, what: string];
};

const AT_ROUTER = 'virtualRouter/router/route/all';
const AT_GATEWAY = 'virtualGateway/door/gatewayRoute/in';

const CASES: readonly Case[] = [
  {
    what: "the protocol of a router's listener and its route",
    updates: [
      [ROUTER, listen(9080, 'http2')],
      [ROUTE, { http2Route: httpRoute }],
    ],
    proxy: 'virtualNode/caller',
    url: 'http://teller.local:9080/',
    problem: [AT_ROUTER, 'no listener of the virtual router has its protocol and port'],
  },
  {
    what: "the port of a router's listener and of its route",
    before: [[ROUTE, onPort(9080)]],
    updates: [
      [ROUTER, listen(80)],
      [ROUTE, onPort(80)],
    ],
    proxy: 'virtualNode/caller',
    url: 'http://teller.local:80/',
    problem: [AT_ROUTER, 'no listener of the virtual router has its protocol and port'],
  },
  {
    what: "the port of a node's listener and of a route's target",
    before: [[ROUTE, toPort(9080)]],
    updates: [
      [NODE, nodeSpec(8080)],
      [ROUTE, toPort(8080)],
    ],
    proxy: 'virtualNode/caller',
    url: 'http://teller.local:9080/',
    problem: [AT_ROUTER, 'virtual node white has no listener on port'],
  },
  {
    what: "the protocol of a gateway's listener and its route",
    updates: [
      [GATEWAY, listen(8080, 'http2')],
      [GATEWAY_ROUTE, { http2Route: gatewayRoute({}) }],
    ],
    proxy: 'virtualGateway/door',
    url: 'http://any:8080/',
    problem: [AT_GATEWAY, 'no listener of the virtual gateway has its protocol and port'],
  },
  {
    what: "the port of a gateway's listener and of its route",
    before: [[GATEWAY_ROUTE, { httpRoute: gatewayRoute({ port: 8080 }) }]],
    updates: [
      [GATEWAY, listen(80)],
      [GATEWAY_ROUTE, { httpRoute: gatewayRoute({ port: 80 }) }],
    ],
    proxy: 'virtualGateway/door',
    url: 'http://any:80/',
    problem: [AT_GATEWAY, 'no listener of the virtual gateway has its protocol and port'],
  },
  {
    what: "the port of a router's listener and of a gateway route's target",
    before: [[GATEWAY_ROUTE, { httpRoute: gatewayRoute({}, { port: 9080 }) }]],
    updates: [
      [ROUTER, listen(80)],
      [GATEWAY_ROUTE, { httpRoute: gatewayRoute({}, { port: 80 }) }],
    ],
    proxy: 'virtualGateway/door',
    url: 'http://any:8080/',
    problem: [AT_GATEWAY, 'the route has no effect: virtual service teller.local takes no requests on port'],
  },
];

describe.each(CASES)('$what', ({ before = [], updates: [parent, child], proxy, url, problem }) => {
  it.each([
    ['one way', parent, child],
    ['the other way', child, parent],
  ])('is updated %s round', async (_, first, second) => {
    for (const [path, spec] of before) await put(path, { spec });
    await put(first[0], { spec: first[1] });
    const between = await explained(proxy, url);
    const [where, what] = problem;
    expect(between.problems).toContainEqual({ where, what: expect.stringContaining(what) });
    expect(between.outcome.kind).not.toBe('sent');
    await put(second[0], { spec: second[1] });
    expect(await explained(proxy, url)).toMatchObject({
      problems: [],
      outcome: { kind: 'sent', targets: [{ virtualNode: 'white' }] },
    });
  });
});
