import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpRouteHeader } from '../model/types.ts';
import type { Case } from '../translate/fixture.ts';
import { envoyOf } from '../translate/real-envoy.ts';
import type { HeaderLine } from './asked-request.ts';
import type { Protocol } from './request.ts';
import type { Fate } from './testing/answering-envoy.ts';
import { requestOf } from './testing/any-request.ts';
import { PORT } from './testing/any-scene.ts';
import { startDifferential, type Differential } from './testing/differential.ts';
import { TRIED } from './testing/tried.ts';

// A route with a condition on a header before one for everything: which of them takes a request, by `explain` and by a real
// Envoy, of either release. Each line was explained by the request as it is written, not as Envoy leaves it.

type Seen = {
  readonly title: string;
  readonly condition: HttpRouteHeader;
  readonly lines?: readonly HeaderLine[];
  readonly protocol?: Protocol;
  /** Whether the first route takes it; of two, the current release and the oldest. */
  readonly taken: boolean | readonly [current: boolean, oldest: boolean];
};

const is = (name: string, exact: string): HttpRouteHeader => ({ name, match: { exact } });
const there = (name: string): HttpRouteHeader => ({ name });

const AT_NODE: readonly Seen[] = [
  { title: 'host is the Host header', condition: is('host', 'one.local'), taken: true },
  {
    title: 'host may be the authority of HTTP/2',
    condition: is('host', 'one.local'),
    protocol: 'HTTP/2',
    taken: true,
  },
  {
    title: 'x-forwarded-proto is there without being sent',
    condition: is('x-forwarded-proto', 'http'),
    taken: true,
  },
  { title: 'x-request-id is there without being sent', condition: there('x-request-id'), taken: true },
  {
    title: 'an x-request-id that is sent stays',
    condition: is('x-request-id', 'a'),
    lines: [['x-request-id', 'a']],
    taken: true,
  },
  {
    title: 'connection goes',
    condition: there('connection'),
    lines: [['connection', 'close']],
    taken: false,
  },
  {
    title: 'what connection names goes',
    condition: there('x-beta'),
    lines: [
      ['connection', 'x-beta'],
      ['x-beta', '1'],
    ],
    taken: false,
  },
  {
    title: 'an upgrade keeps connection',
    condition: there('connection'),
    lines: [
      ['connection', 'upgrade'],
      ['upgrade', 'websocket'],
    ],
    taken: true,
  },
  { title: 'keep-alive goes', condition: there('keep-alive'), lines: [['keep-alive', '5']], taken: false },
  {
    title: 'te keeps trailers',
    condition: is('te', 'trailers'),
    lines: [['te', 'gzip, trailers']],
    taken: true,
  },
  {
    title: 'x-envoy-retry-on goes',
    condition: there('x-envoy-retry-on'),
    lines: [['x-envoy-retry-on', '5xx']],
    taken: false,
  },
  {
    title: 'x-forwarded-client-cert goes',
    condition: there('x-forwarded-client-cert'),
    lines: [['x-forwarded-client-cert', 'a']],
    taken: false,
  },
  {
    title: 'a referer that is no URL goes',
    condition: there('referer'),
    lines: [['referer', 'a b']],
    taken: false,
  },
  {
    title: 'lines of one name are compared one by one since 1.39',
    condition: is('x-multi', 'b'),
    lines: [
      ['x-multi', 'a'],
      ['x-multi', 'b'],
    ],
    taken: [true, false],
  },
  {
    title: 'before that, joined by commas',
    condition: is('x-multi', 'a,b'),
    lines: [
      ['x-multi', 'a'],
      ['x-multi', 'b'],
    ],
    taken: [false, true],
  },
  {
    title: 'a name that Envoy knows well is joined in either',
    condition: is('accept', 'a,b'),
    lines: [
      ['accept', 'a'],
      ['accept', 'b'],
    ],
    taken: true,
  },
  {
    title: 'pieces of a cookie come together over HTTP/2',
    condition: is('cookie', 'a; b'),
    lines: [
      ['cookie', 'a'],
      ['cookie', 'b'],
    ],
    protocol: 'HTTP/2',
    taken: true,
  },
  {
    title: 'an expression reads bytes since 1.37.6',
    condition: { name: 'x-beta', match: { regex: 'a.' } },
    lines: [['x-beta', 'aé']],
    taken: [false, true],
  },
];

const AT_GATEWAY: readonly Seen[] = [
  {
    title: 'a caller on a private address is none of the mesh',
    condition: there('x-envoy-max-retries'),
    lines: [['x-envoy-max-retries', '3']],
    taken: false,
  },
  { title: 'x-forwarded-for is there without being sent', condition: there('x-forwarded-for'), taken: true },
  {
    title: 'x-envoy-external-address is there without being sent',
    condition: there('x-envoy-external-address'),
    taken: true,
  },
  {
    title: 'x-envoy-original-path cannot be sent',
    condition: there('x-envoy-original-path'),
    lines: [['x-envoy-original-path', '/']],
    taken: false,
  },
];

const AT_SECOND_PASS: readonly Seen[] = [
  {
    title: 'x-envoy-original-host says which host was asked for',
    condition: is('x-envoy-original-host', 'one.local'),
    taken: true,
  },
  { title: 'x-forwarded-host does too', condition: is('x-forwarded-host', 'one.local'), taken: true },
  {
    title: 'x-envoy-original-path says which path was',
    condition: is('x-envoy-original-path', '/a'),
    taken: true,
  },
  {
    title: 'x-request-id is the one of the first pass',
    condition: is('x-request-id', 'a'),
    lines: [['x-request-id', 'a']],
    taken: true,
  },
];

describe.each(TRIED)('%s', (variable, release) => {
  let differential: Differential;
  beforeAll(async () => {
    differential = await startDifferential(envoyOf(variable), release);
  });
  afterAll(() => differential?.close());

  test.each(AT_NODE)('beside an application: $title', (seen) => holds(node(seen.condition), seen));
  test.each(AT_GATEWAY)('at a gateway: $title', (seen) => holds(gateway(seen.condition, []), seen));
  test.each(AT_SECOND_PASS)('behind a gateway: $title', (seen) =>
    holds(gateway(undefined, [seen.condition]), seen));

  async function holds(mesh: Case, { lines = [], protocol = 'HTTP/1.1', taken }: Seen): Promise<void> {
    const request = requestOf({
      protocol,
      method: 'GET',
      host: 'one.local',
      port: PORT,
      target: '/a',
      lines,
    });
    const [found] = await differential.compare({ mesh, settings: {}, requests: [request] });
    const [current, oldest] = typeof taken === 'boolean' ? [taken, taken] : taken;
    const first = variable === 'DAYBREAK_ENVOY' ? current : oldest;
    const { said, happened } = found ?? {};
    expect({ said, happened: isTaken(happened) }).toEqual({ said: [happened], happened: first });
  }
});

/** By the first service's first route: the other one is for everything else. */
function isTaken(fate: Fate | undefined): boolean | undefined {
  return fate?.kind === 'taken' ? fate.route === 'one.local/0' : undefined;
}

const HTTP = { portMapping: { port: PORT, protocol: 'http' } };

const match = (conditions: readonly HttpRouteHeader[]): object => ({
  prefix: '/',
  ...(conditions.length === 0 ? {} : { headers: conditions }),
});

function service(name: string, conditions: readonly HttpRouteHeader[]): Case['resources'] {
  const provider = { virtualRouter: { virtualRouterName: name } };
  const action = { weightedTargets: [{ virtualNode: 'target', weight: 1 }] };
  const route = (routeName: string, priority: number, of: readonly HttpRouteHeader[]) => ({
    virtualRouterName: name,
    routeName,
    spec: { priority, httpRoute: { match: match(of), action } },
  });
  return [
    { virtualServiceName: name, spec: { provider } },
    { virtualRouterName: name, spec: { listeners: [HTTP] } },
    ...(conditions.length === 0 ? [] : [route('conditions', 1, conditions)]),
    route('all', 2, []),
  ];
}

const BASE: Case['resources'] = [
  { meshName: 'm', spec: {} },
  {
    virtualNodeName: 'target',
    spec: { listeners: [HTTP], serviceDiscovery: { dns: { hostname: 'target.invalid' } } },
  },
];

const FEATURES = { recentHttp: true };

function node(condition: HttpRouteHeader): Case {
  const backends = [{ virtualService: { virtualServiceName: 'one.local' } }];
  const app = { virtualNodeName: 'app', spec: { backends } };
  const resources = [...BASE, app, ...service('one.local', [condition])];
  return { title: '', proxy: 'virtualNode/app', features: FEATURES, resources };
}

/** The gateway route with a condition leads to one service, the one for everything to another. */
function gateway(condition: HttpRouteHeader | undefined, behind: readonly HttpRouteHeader[]): Case {
  const way = (gatewayRouteName: string, priority: number, to: string, of: readonly HttpRouteHeader[]) => ({
    virtualGatewayName: 'gw',
    gatewayRouteName,
    spec: {
      priority,
      httpRoute: { match: match(of), action: { target: { virtualService: { virtualServiceName: to } } } },
    },
  });
  const resources = [
    ...BASE,
    { virtualGatewayName: 'gw', spec: { listeners: [HTTP] } },
    ...service('one.local', behind),
    ...service('two.local', []),
    way('conditions', 1, 'one.local', condition === undefined ? [] : [condition]),
    way('all', 2, 'two.local', []),
  ];
  return { title: '', proxy: 'virtualGateway/gw', features: FEATURES, resources };
}
