import type { Thing } from '../story.ts';
import { HEADERS, METHODS, ms, portMapping, s } from './parts.ts';

const LISTENERS = [
  portMapping(8080, 'http'),
  portMapping(8081, 'http2'),
  portMapping(8082, 'grpc'),
  portMapping(8083, 'tcp'),
];
/** The members and ports of HTTP/1.1 and HTTP/2, whose routes have the same members, and the ports of gRPC and TCP. */
const HTTP = { httpRoute: 8080, http2Route: 8081 } as const;
const GRPC = 8082;
const TCP = 8083;

const target = (weight: number, port: number) => ({ virtualNode: 'listeners', weight, port });
/** All weight on one target, and none on another. */
const action = (port: number) => ({
  weightedTargets: [target(100, port), { ...target(0, port), virtualNode: 'cloud-map' }],
});

const route = (routeName: string, before: object, after: object): Thing => ({
  kind: 'Route',
  names: { virtualRouterName: 'router', routeName },
  specs: [before, after],
});

function httpRoutes(member: keyof typeof HTTP): readonly Thing[] {
  const port = HTTP[member];
  const spec = (match: object, more: object = {}) => ({
    [member]: { match: { port, ...match }, action: action(port), ...more },
  });
  const queryParameters = [{ name: 'a', match: { exact: '' } }, { name: 'b' }];
  return [
    route(
      `${member}-conditions`,
      { ...spec({ prefix: '/', headers: HEADERS, queryParameters, scheme: 'http' }), priority: 0 },
      { ...spec({ path: { regex: '/a+' }, scheme: 'https' }), priority: 1000 },
    ),
    route(
      `${member}-limits`,
      spec(
        { path: { exact: '/a' } },
        {
          timeout: { idle: s(0), perRequest: ms(0) },
          retryPolicy: {
            maxRetries: 0,
            perRetryTimeout: ms(0),
            httpRetryEvents: ['server-error', 'gateway-error', 'client-error', 'stream-error'],
            tcpRetryEvents: ['connection-error'],
          },
        },
      ),
      spec(
        { prefix: '/a' },
        {
          timeout: { idle: ms(1), perRequest: s(1) },
          retryPolicy: { maxRetries: 1, perRetryTimeout: s(1), httpRetryEvents: ['server-error'] },
        },
      ),
    ),
    ...METHODS.map(([before, after]) =>
      route(
        `${member}-${before}`,
        spec({ prefix: '/', method: before }),
        spec({ prefix: '/b', method: after }),
      ),
    ),
  ];
}

const grpc = (match: object, more: object = {}) => ({
  grpcRoute: { match: { port: GRPC, ...match }, action: action(GRPC), ...more },
});
const tcp = (timeout: object) => ({ tcpRoute: { match: { port: TCP }, action: action(TCP), timeout } });

/** Virtual routers and routes that together have every member of their specification. */
export const ROUTERS: readonly Thing[] = [
  {
    kind: 'VirtualRouter',
    names: { virtualRouterName: 'router' },
    specs: [{ listeners: LISTENERS }, { listeners: [...LISTENERS, portMapping(8084, 'http')] }],
  },
  ...httpRoutes('httpRoute'),
  ...httpRoutes('http2Route'),
  route(
    'grpcRoute-conditions',
    grpc({ serviceName: 'a.B', methodName: 'C', metadata: HEADERS }),
    grpc({ serviceName: 'a.B' }),
  ),
  route(
    'grpcRoute-limits',
    grpc(
      {},
      {
        timeout: { idle: s(0), perRequest: ms(0) },
        retryPolicy: {
          maxRetries: 0,
          perRetryTimeout: s(0),
          grpcRetryEvents: [
            'cancelled',
            'deadline-exceeded',
            'internal',
            'resource-exhausted',
            'unavailable',
          ],
          httpRetryEvents: ['server-error'],
          tcpRetryEvents: ['connection-error'],
        },
      },
    ),
    grpc(
      {},
      {
        timeout: { idle: ms(1), perRequest: s(1) },
        retryPolicy: { maxRetries: 1, perRetryTimeout: ms(1), grpcRetryEvents: ['cancelled'] },
      },
    ),
  ),
  route('tcpRoute', tcp({ idle: s(0) }), tcp({ idle: ms(1) })),
];
