import type { HttpRouteMatch, RouteSpec } from '../../../../controlplane/model/types.ts';
import { backends, inputsOf, on, to, type Input } from '../inputs.ts';

// A mesh of routes: each kind of match, orders, weights. Every port of the app is a separate target, so its answer tells which route matched.

/** The ports of routers. */
export const HTTP = 80;
export const HTTP2 = 81;
export const GRPC = 82;
export const TCP = 83;

/** Ports of the app, by the role of the routes to them. */
export const [A, B, C, REST] = [7001, 7002, 7003, 7009] as const;
export const TARGETS = [A, B, C, REST];
export const HTTP2_TARGETS = [7101, 7102, 7109] as const;
export const GRPC_TARGETS = [7201, 7202, 7203, 7209] as const;
export const TCP_TARGETS = [7301, 7302] as const;

const is = inputsOf('m');

type Priority = { readonly priority?: number };

/** A virtual service with its own router: HTTP routes by name, each with a target port and a match. */
function service(
  name: string,
  routes: Readonly<Record<string, readonly [port: number, match: HttpRouteMatch & Priority]>>,
) {
  return [
    is.router(name, [[HTTP, 'http']]),
    ...Object.entries(routes).map(([route, [port, { priority, ...match }]]) =>
      is.route(name, route, {
        ...(priority === undefined ? {} : { priority }),
        httpRoute: { match, action: to('app', port) },
      }),
    ),
    is.service(`${name}.local`, { router: name }),
  ];
}

const header = (match: NonNullable<HttpRouteMatch['headers']>[number]): HttpRouteMatch => ({
  prefix: '/',
  headers: [match],
});

const rest: readonly [number, HttpRouteMatch] = [REST, { prefix: '/' }];

const SERVICES = {
  paths: {
    prefix: [A, { prefix: '/prefix' }],
    exact: [B, { path: { exact: '/prefix/exact' }, priority: 1 }],
    regex: [C, { path: { regex: '/prefix/[0-9]+' }, priority: 2 }],
  },
  exactly: { match: [A, header({ name: 'x-a', match: { exact: 'v' } })], rest },
  prefixed: { match: [A, header({ name: 'x-a', match: { prefix: 'v' } })], rest },
  suffixed: { match: [A, header({ name: 'x-a', match: { suffix: 'v' } })], rest },
  expressed: { match: [A, header({ name: 'x-a', match: { regex: 'v[0-9]+' } })], rest },
  ranged: { match: [A, header({ name: 'x-a', match: { range: { start: 1, end: 5 } } })], rest },
  present: { match: [A, header({ name: 'x-a' })], rest },
  inverted: { match: [A, header({ name: 'x-a', match: { exact: 'v' }, invert: true })], rest },
  absent: { match: [A, header({ name: 'x-a', invert: true })], rest },
  every: {
    match: [
      A,
      { prefix: '/', headers: [{ name: 'x-a', match: { exact: 'v' } }, { name: 'x-b' }], method: 'POST' },
    ],
    rest,
  },
  posted: { match: [A, { prefix: '/', method: 'POST' }], rest },
  queried: {
    value: [A, { prefix: '/', queryParameters: [{ name: 'q', match: { exact: 'v' } }], priority: 1 }],
    there: [B, { prefix: '/', queryParameters: [{ name: 'q' }], priority: 2 }],
    rest,
  },
  // The name decides if all else is equal, and a lower number has precedence over a longer path.
  ordered: {
    b: [B, { prefix: '/tie' }],
    a: [A, { prefix: '/tie' }],
    long: [C, { prefix: '/first/long' }],
    first: [A, { prefix: '/first', priority: 7 }],
    third: [C, { prefix: '/second', priority: 1000 }],
    second: [B, { prefix: '/second', priority: 999 }],
    shorter: [A, { prefix: '/len' }],
    longer: [B, { prefix: '/length' }],
    // Equal lengths: the first in code unit order has precedence, and `.` is before `d`.
    last: [B, { prefix: '/order/b' }],
    zero: [A, { path: { regex: '/or..r/b' } }],
    rest,
  },
} as const satisfies Record<string, Parameters<typeof service>[1]>;

/** A router with two HTTP listeners: each route names the one that it is for. */
const ports = [
  is.router('ports', [
    [HTTP, 'http'],
    [90, 'http'],
  ]),
  is.route('ports', 'eighty', { httpRoute: { match: { prefix: '/', port: HTTP }, action: to('app', A) } }),
  is.route('ports', 'ninety', { httpRoute: { match: { prefix: '/', port: 90 }, action: to('app', B) } }),
  is.service('ports.local', { router: 'ports' }),
];

/** Builds a service from weights by target port. */
function weighed(name: string, weights: Readonly<Record<number, number>>) {
  const weightedTargets = Object.entries(weights).map(([port, weight]) => ({
    virtualNode: 'app',
    port: Number(port),
    weight,
  }));
  return [
    is.router(name, [[HTTP, 'http']]),
    is.route(name, 'all', { httpRoute: { match: { prefix: '/' }, action: { weightedTargets } } }),
    is.service(`${name}.local`, { router: name }),
  ];
}

const schemes = [
  is.router('schemes', [[HTTP2, 'http2']]),
  is.route('schemes', 'http', {
    http2Route: { match: { prefix: '/', scheme: 'http' }, action: to('app', HTTP2_TARGETS[0]) },
  }),
  is.route('schemes', 'https', {
    http2Route: { match: { prefix: '/', scheme: 'https' }, action: to('app', HTTP2_TARGETS[1]) },
  }),
  is.service('schemes.local', { router: 'schemes' }),
];

const metadata = (match: object): RouteSpec => ({
  priority: 1,
  grpcRoute: {
    match: { serviceName: 'test.Shapes', metadata: [{ name: 'x-a', ...match }] },
    action: to('app', GRPC_TARGETS[2]),
  },
});

const calls = [
  is.router('calls', [[GRPC, 'grpc']]),
  is.route('calls', 'method', {
    grpcRoute: {
      match: { serviceName: 'test.Colors', methodName: 'Red' },
      action: to('app', GRPC_TARGETS[0]),
    },
  }),
  is.route('calls', 'service', {
    grpcRoute: { match: { serviceName: 'test.Colors' }, action: to('app', GRPC_TARGETS[1]) },
  }),
  is.route('calls', 'exact', metadata({ match: { exact: 'exactly' } })),
  is.route('calls', 'prefix', metadata({ match: { prefix: 'pre' } })),
  is.route('calls', 'suffix', metadata({ match: { suffix: 'post' } })),
  is.route('calls', 'regex', metadata({ match: { regex: '[a-c]{5}' } })),
  is.route('calls', 'range', metadata({ match: { range: { start: 10, end: 20 } } })),
  is.route('calls', 'rest', { grpcRoute: { match: {}, action: to('app', GRPC_TARGETS[3]) } }),
  is.service('calls.local', { router: 'calls' }),
];

const connections = [
  is.router('connections', [[TCP, 'tcp']]),
  is.route('connections', 'all', {
    tcpRoute: {
      action: {
        weightedTargets: [
          { virtualNode: 'app', port: TCP_TARGETS[0], weight: 80 },
          { virtualNode: 'app', port: TCP_TARGETS[1], weight: 20 },
        ],
      },
    },
  }),
  is.service('connections.local', { router: 'connections' }),
];

const SERVED = [
  ...Object.keys(SERVICES),
  'ports',
  'shares',
  'none',
  'nothing',
  'schemes',
  'calls',
  'connections',
];

/** The model; `log`: the file of the access log. */
export const inputs = (log: string): readonly Input[] => [
  is.mesh(),
  is.node('app', {
    listeners: [
      ...TARGETS.map((port) => on(port, 'http')),
      ...HTTP2_TARGETS.map((port) => on(port, 'http2')),
      ...GRPC_TARGETS.map((port) => on(port, 'grpc')),
      ...TCP_TARGETS.map((port) => on(port, 'tcp')),
    ],
    serviceDiscovery: { dns: { hostname: 'app' } },
  }),
  ...Object.entries(SERVICES).flatMap(([name, routes]) => service(name, routes)),
  ...ports,
  ...weighed('shares', { [A]: 3, [B]: 1, [C]: 0 }),
  ...weighed('none', { [A]: 0, [B]: 5 }),
  ...schemes,
  ...calls,
  ...connections,
  is.router('nothing', [[HTTP, 'http']]),
  is.service('nothing.local', { router: 'nothing' }),
  is.node('client', {
    backends: backends(SERVED.map((name) => `${name}.local`)),
    logging: {
      accessLog: {
        file: {
          path: log,
          format: {
            text: '%REQ(:METHOD)% %REQ(:PATH)% %REQ(:AUTHORITY)% %RESPONSE_CODE% %ROUTE_NAME% %UPSTREAM_CLUSTER%\n',
          },
        },
      },
    },
  }),
];
