import type { GrpcRetryPolicy, HttpRetryPolicy, RouteSpec } from '../../../../controlplane/model/types.ts';
import { backends, inputsOf, on, to, type Input } from '../inputs.ts';

// A mesh that lets all traffic out. `server` has its own Envoy, `other` is outside the mesh.

/** Listeners of `server`. */
export const RAW = 7001;
export const HTTP2 = 7101;
export const GRPC = 7201;
export const PLAIN = 7003;
export const NARROW = 7004;

/** The HTTP/1.1 port of `other`, beside RAW: equal to a backend port of the mesh. */
export const OTHER = HTTP2;

/** Listeners of `server` whose applications limit the concurrent streams per connection. */
export const LIMITED = [5, 20, 100].flatMap((limit) => [
  { limit, protocol: 'http2', port: 7300 + limit } as const,
  { limit, protocol: 'grpc', port: 7500 + limit } as const,
]);

/** The common port of three services, each with its own protocol. */
export const SHARED = 80;

/** Listeners of the gateway, by their protocol. */
export const GATEWAY = { http: 9001, http2: 9002 } as const;

const is = inputsOf('m');
const all = { prefix: '/' };

/** A service named after its protocol, on the port that all three share. */
function shared(protocol: 'http' | 'http2' | 'grpc', port: number): readonly Input[] {
  const action = to('server', port);
  const spec: RouteSpec = {
    http: { httpRoute: { match: all, action } },
    http2: { http2Route: { match: all, action } },
    grpc: { grpcRoute: { match: {}, action } },
  }[protocol];
  return [
    is.router(protocol, [[SHARED, protocol]]),
    is.route(protocol, 'all', spec),
    is.service(`${protocol}.local`, { router: protocol }),
  ];
}

/** The ports that are called through routes without retries. */
const ONCE = [{ protocol: 'http', port: NARROW } as const, ...LIMITED];

/** For a busy machine, which cannot answer all requests of a burst within the default of 15 s. */
const LONG = { unit: 's', value: 100 } as const;

function once({ protocol, port }: (typeof ONCE)[number]): RouteSpec {
  const policy = { maxRetries: 0, perRetryTimeout: LONG } as const;
  const timeout = { perRequest: LONG };
  const action = to('server', port);
  if (protocol === 'grpc') {
    const retryPolicy: GrpcRetryPolicy = { ...policy, grpcRetryEvents: ['cancelled'] };
    return { grpcRoute: { match: { port }, action, retryPolicy, timeout } };
  }
  const retryPolicy: HttpRetryPolicy = { ...policy, httpRetryEvents: ['stream-error'] };
  const route = { match: { ...all, port }, action, retryPolicy, timeout };
  return protocol === 'http' ? { httpRoute: route } : { http2Route: route };
}

const service = (port: number) => ({ virtualService: { virtualServiceName: 'server.local' }, port });
const gatewayRoute = (name: string, spec: Parameters<typeof is.gatewayRoute>[2]): Input =>
  is.gatewayRoute('gateway', name, spec);

/** The model. */
export const inputs: readonly Input[] = [
  is.mesh({ egressFilter: { type: 'ALLOW_ALL' } }),
  is.node('server', {
    listeners: [
      on(RAW, 'http'),
      on(PLAIN, 'http'),
      on(NARROW, 'http', { timeout: { http: { perRequest: LONG } } }),
      on(HTTP2, 'http2'),
      on(GRPC, 'grpc'),
      ...LIMITED.map(({ protocol, port }) =>
        on(port, protocol, { timeout: { [protocol]: { perRequest: LONG } } }),
      ),
    ],
    serviceDiscovery: { dns: { hostname: 'server' } },
  }),
  is.service('server.local', { node: 'server' }),
  ...shared('http', RAW),
  ...shared('http2', HTTP2),
  ...shared('grpc', GRPC),
  is.router(
    'once',
    ONCE.map(({ protocol, port }) => [port, protocol]),
  ),
  ...ONCE.map((each) => is.route('once', `to-${each.port}`, once(each))),
  is.service('once.local', { router: 'once' }),
  is.node('client', {
    backends: backends(['server.local', 'http.local', 'http2.local', 'grpc.local', 'once.local']),
  }),
  is.gateway('gateway', {
    listeners: [
      { portMapping: { port: GATEWAY.http, protocol: 'http' } },
      { portMapping: { port: GATEWAY.http2, protocol: 'http2' } },
    ],
  }),
  gatewayRoute('raw', {
    httpRoute: { match: { ...all, port: GATEWAY.http }, action: { target: service(RAW) } },
  }),
  gatewayRoute('kept', {
    httpRoute: {
      match: { prefix: '/kept/', port: GATEWAY.http },
      action: {
        target: service(RAW),
        rewrite: { hostname: { defaultTargetHostname: 'DISABLED' } },
      },
    },
  }),
  gatewayRoute('plain', {
    http2Route: { match: { prefix: '/plain', port: GATEWAY.http2 }, action: { target: service(PLAIN) } },
  }),
  gatewayRoute('through-http2', {
    http2Route: { match: { prefix: '/through/', port: GATEWAY.http2 }, action: { target: service(RAW) } },
  }),
  gatewayRoute('streams', {
    http2Route: { match: { ...all, port: GATEWAY.http2 }, action: { target: service(HTTP2) } },
  }),
];
