import type { Thing } from '../story.ts';
import {
  CLIENT_TLS,
  HEADERS,
  healthCheck,
  LISTENER_TLS,
  LOGGING,
  METHODS,
  policy,
  portMapping,
} from './parts.ts';

const HTTP = { httpRoute: 8000, http2Route: 8001 } as const;
const GRPC = 8002;

const gateway = (virtualGatewayName: string, before: object, after: object): Thing => ({
  kind: 'VirtualGateway',
  names: { virtualGatewayName },
  specs: [before, after],
});
const route = (gatewayRouteName: string, before: object, after: object): Thing => ({
  kind: 'GatewayRoute',
  names: { virtualGatewayName: 'gateway', gatewayRouteName },
  specs: [before, after],
});

/** The port of the virtual router that is the service's provider. */
const target = (port: number) => ({ port, virtualService: { virtualServiceName: 'router.local' } });
const hostname = (defaultTargetHostname: string) => ({ hostname: { defaultTargetHostname } });

function httpRoutes(member: keyof typeof HTTP): readonly Thing[] {
  const port = HTTP[member];
  const spec = (match: object, rewrite?: object) => ({
    [member]: {
      match: { port, ...match },
      action: { target: target(port + 80), ...(rewrite === undefined ? {} : { rewrite }) },
    },
  });
  const queryParameters = [{ name: 'a', match: { exact: '' } }, { name: 'b' }];
  return [
    route(
      `${member}-conditions`,
      {
        ...spec({ prefix: '/', headers: HEADERS, queryParameters, hostname: { exact: 'a.local' } }),
        priority: 0,
      },
      { ...spec({ prefix: '/', hostname: { suffix: '.local' } }), priority: 1000 },
    ),
    route(
      `${member}-prefix`,
      spec({ prefix: '/a/' }, { prefix: { defaultPrefix: 'DISABLED' }, ...hostname('DISABLED') }),
      spec({ prefix: '/a/' }, { prefix: { value: '/b/' } }),
    ),
    route(
      `${member}-default`,
      spec({ prefix: '/b/' }, { prefix: { defaultPrefix: 'ENABLED' }, ...hostname('ENABLED') }),
      spec({ prefix: '/b/' }),
    ),
    route(
      `${member}-path`,
      spec({ path: { exact: '/a' } }, { path: { exact: '/b' } }),
      spec({ path: { regex: '/a+' } }),
    ),
    ...METHODS.map(([before, after]) =>
      route(
        `${member}-${before}`,
        spec({ prefix: '/', method: before }),
        spec({ prefix: '/c/', method: after }),
      ),
    ),
  ];
}

const grpc = (match: object, rewrite?: object) => ({
  grpcRoute: {
    match: { port: GRPC, ...match },
    action: { target: target(8082), ...(rewrite === undefined ? {} : { rewrite }) },
  },
});

/** Virtual gateways and gateway routes that together have every member of their specification. */
export const GATEWAYS: readonly Thing[] = [
  gateway(
    'gateway',
    {
      listeners: [
        {
          ...portMapping(8000, 'http'),
          connectionPool: { http: { maxConnections: 1, maxPendingRequests: 1 } },
          healthCheck: healthCheck('http', { port: 8000 }),
          tls: LISTENER_TLS.acm,
        },
        {
          ...portMapping(8001, 'http2'),
          connectionPool: { http2: { maxRequests: 1 } },
          healthCheck: healthCheck('http2'),
          tls: LISTENER_TLS.file,
        },
        {
          ...portMapping(8002, 'grpc'),
          connectionPool: { grpc: { maxRequests: 1 } },
          healthCheck: healthCheck('grpc'),
          tls: LISTENER_TLS.sds,
        },
      ],
      backendDefaults: policy(CLIENT_TLS.acm),
      logging: LOGGING.text,
    },
    {
      listeners: [portMapping(8000, 'http'), portMapping(8001, 'http2'), portMapping(8002, 'grpc')],
      backendDefaults: policy(CLIENT_TLS.file),
      logging: LOGGING.json,
    },
  ),
  gateway(
    'secrets',
    { listeners: [portMapping(80, 'http')], backendDefaults: policy(CLIENT_TLS.sds), logging: LOGGING.plain },
    { listeners: [portMapping(80, 'http')] },
  ),
  ...httpRoutes('httpRoute'),
  ...httpRoutes('http2Route'),
  route(
    'grpcRoute-conditions',
    grpc({ serviceName: 'a.B', metadata: HEADERS, hostname: { exact: 'a.local' } }, hostname('ENABLED')),
    grpc({ serviceName: 'a.B', hostname: { suffix: '.local' } }, hostname('DISABLED')),
  ),
];
