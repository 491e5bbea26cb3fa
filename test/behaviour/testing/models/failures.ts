import type {
  GrpcRetryPolicyEvent,
  HttpRetryPolicy,
  RouteSpec,
  VirtualNodeSpec,
} from '../../../../controlplane/model/types.ts';
import { backends, inputsOf, on, to, type Input } from '../inputs.ts';

// A mesh with failing requests. `app` and `other` share the name `pair`; `server` has its own Envoy.

/** The ports of routers. */
export const HTTP = 80;
export const HTTP2 = 81;
export const GRPC = 82;

/** Ports of `app`, the targets of routes. */
export const TARGET = { http: 7001, http2: 7101, grpc: 7201, tcp: 7301 } as const;

/** Ports of both `app` and `other`, used by the virtual nodes with the host name `pair`. */
export const SHAKY = 8001;
export const FIRM = 8002;
/** Only `app` listens here. */
export const LONELY = 8003;
export const CHECKED = { http: 8101, http2: 8102, grpc: 8103, tcp: 8104 } as const;

/** Listeners of `server`. */
export const SLOW = 9001;
export const POOL = { http: 9101, http2: 9102, grpc: 9103, tcp: 9104 } as const;

const is = inputsOf('m');

/** The time-out of every route and listener that has one. */
const SECOND = { unit: 's', value: 1 } as const;

const policy = (maxRetries: number, events: Partial<HttpRetryPolicy>): HttpRetryPolicy => ({
  maxRetries,
  perRetryTimeout: { unit: 's', value: 15 },
  ...events,
});

/** A service with one route that matches everything. */
function routed(name: string, spec: RouteSpec): readonly Input[] {
  const { httpRoute, http2Route, tcpRoute } = spec;
  const port = tcpRoute?.match?.port ?? (httpRoute ? HTTP : http2Route ? HTTP2 : GRPC);
  const protocol = tcpRoute ? 'tcp' : httpRoute ? 'http' : http2Route ? 'http2' : 'grpc';
  return [
    is.router(name, [[port, protocol]]),
    is.route(name, 'all', spec),
    is.service(`${name}.local`, { router: name }),
  ];
}

const all = { prefix: '/' };
const http = (more: Partial<NonNullable<RouteSpec['httpRoute']>>): RouteSpec => ({
  httpRoute: { match: all, action: to('app', TARGET.http), ...more },
});
const grpc = (more: Partial<NonNullable<RouteSpec['grpcRoute']>>): RouteSpec => ({
  grpcRoute: { match: {}, action: to('app', TARGET.grpc), ...more },
});

export const GRPC_EVENTS = {
  cancelled: 1,
  'deadline-exceeded': 4,
  internal: 13,
  'resource-exhausted': 8,
  unavailable: 14,
} as const satisfies Record<GrpcRetryPolicyEvent, number>;

const ROUTES: Readonly<Record<string, RouteSpec>> = {
  'no-policy': http({}),
  'no-retries': http({ retryPolicy: policy(0, { httpRetryEvents: ['server-error'] }) }),
  'server-error': http({ retryPolicy: policy(3, { httpRetryEvents: ['server-error'] }) }),
  'gateway-error': http({ retryPolicy: policy(1, { httpRetryEvents: ['gateway-error'] }) }),
  'client-error': http({ retryPolicy: policy(1, { httpRetryEvents: ['client-error'] }) }),
  'stream-error': {
    http2Route: {
      match: all,
      action: to('app', TARGET.http2),
      retryPolicy: policy(1, { httpRetryEvents: ['stream-error'] }),
    },
  },
  'connection-error': http({
    action: to('lonely', LONELY),
    retryPolicy: policy(3, { tcpRetryEvents: ['connection-error'] }),
  }),
  'connection-once': http({
    action: to('lonely', LONELY),
    retryPolicy: policy(0, { tcpRetryEvents: ['connection-error'] }),
  }),
  'per-try': http({
    retryPolicy: {
      maxRetries: 1,
      perRetryTimeout: SECOND,
      httpRetryEvents: ['server-error'],
    },
  }),
  'per-request': http({ timeout: { perRequest: SECOND } }),
  idle: http({ timeout: { idle: SECOND, perRequest: { unit: 's', value: 0 } } }),
  listener: http({ action: to('server', SLOW), timeout: { perRequest: { unit: 's', value: 14 } } }),
  'calls-limited': grpc({ timeout: { perRequest: SECOND } }),
  'calls-no-policy': grpc({}),
  ...Object.fromEntries(
    Object.keys(GRPC_EVENTS).map((event) => [
      `calls-${event}`,
      grpc({
        retryPolicy: { ...policy(2, {}), grpcRetryEvents: [event as GrpcRetryPolicyEvent] },
      }),
    ]),
  ),
  'tcp-idle': {
    tcpRoute: { match: { port: 7302 }, action: to('app', TARGET.tcp), timeout: { idle: SECOND } },
  },
};

const DIRECT = ['shaky', 'firm', 'server', ...Object.keys(CHECKED).map((protocol) => `checked-${protocol}`)];

const pair: VirtualNodeSpec['serviceDiscovery'] = { dns: { hostname: 'pair', responseType: 'ENDPOINTS' } };

const outliers = (maxEjectionPercent: number) => ({
  maxServerErrors: 3,
  interval: SECOND,
  baseEjectionDuration: { unit: 's', value: 60 } as const,
  maxEjectionPercent,
});

const check = (protocol: keyof typeof CHECKED) => ({
  protocol,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  intervalMillis: 5000,
  // The healthy host answers each check, however late: without healthy hosts, Envoy would send requests to all.
  timeoutMillis: 60_000,
  ...(protocol === 'http' || protocol === 'http2' ? { path: '/health' } : {}),
});

/** The model. */
export const inputs: readonly Input[] = [
  is.mesh(),
  is.node('app', {
    listeners: [
      on(TARGET.http, 'http'),
      on(TARGET.http2, 'http2'),
      on(TARGET.grpc, 'grpc'),
      on(TARGET.tcp, 'tcp'),
    ],
    serviceDiscovery: { dns: { hostname: 'app' } },
  }),
  is.node('shaky', {
    listeners: [on(SHAKY, 'http', { outlierDetection: outliers(100) })],
    serviceDiscovery: pair,
  }),
  is.node('firm', {
    listeners: [on(FIRM, 'http', { outlierDetection: outliers(0) })],
    serviceDiscovery: pair,
  }),
  is.node('lonely', { listeners: [on(LONELY, 'http')], serviceDiscovery: pair }),
  ...Object.entries(CHECKED).map(([protocol, port]) =>
    is.node(`checked-${protocol}`, {
      listeners: [
        on(port, protocol as keyof typeof CHECKED, { healthCheck: check(protocol as keyof typeof CHECKED) }),
      ],
      serviceDiscovery: pair,
    }),
  ),
  is.node('server', {
    listeners: [
      on(SLOW, 'http', { timeout: { http: { perRequest: SECOND } } }),
      on(POOL.http, 'http', { connectionPool: { http: { maxConnections: 1, maxPendingRequests: 1 } } }),
      on(POOL.http2, 'http2', { connectionPool: { http2: { maxRequests: 1 } } }),
      on(POOL.grpc, 'grpc', { connectionPool: { grpc: { maxRequests: 1 } } }),
      on(POOL.tcp, 'tcp', { connectionPool: { tcp: { maxConnections: 1 } } }),
    ],
    serviceDiscovery: { dns: { hostname: 'server' } },
  }),
  ...Object.entries(ROUTES).flatMap(([name, spec]) => routed(name, spec)),
  ...DIRECT.map((node) => is.service(`${node}.local`, { node })),
  is.node('client', {
    backends: backends([...Object.keys(ROUTES), ...DIRECT].map((name) => `${name}.local`)),
  }),
];
