import type { Thing } from '../story.ts';
import { CLIENT_TLS, healthCheck, LISTENER_TLS, LOGGING, ms, policy, portMapping, s } from './parts.ts';

const outlierDetection = (more: object = {}) => ({
  maxServerErrors: 1,
  interval: s(10),
  baseEjectionDuration: ms(1),
  maxEjectionPercent: 0,
  ...more,
});

const backend = (virtualServiceName: string, tls?: object) => ({
  virtualService: { virtualServiceName, ...(tls === undefined ? {} : policy(tls)) },
});

const dns = (more: object = {}) => ({ dns: { hostname: 'node.local', ...more } });
const cloudMap = (more: object = {}) => ({
  awsCloudMap: { namespaceName: 'local', serviceName: 'node', ...more },
});

const node = (virtualNodeName: string, before: object, after: object): Thing => ({
  kind: 'VirtualNode',
  names: { virtualNodeName },
  specs: [before, after],
});

/** Virtual nodes that together have every member of their specification. */
export const NODES: readonly Thing[] = [
  node(
    'listeners',
    {
      listeners: [
        {
          ...portMapping(8080, 'http'),
          connectionPool: { http: { maxConnections: 1, maxPendingRequests: 1 } },
          healthCheck: healthCheck('http', { port: 8080 }),
          outlierDetection: outlierDetection(),
          timeout: { http: { idle: s(0), perRequest: ms(0) } },
          tls: LISTENER_TLS.acm,
        },
        {
          ...portMapping(8081, 'http2'),
          connectionPool: { http2: { maxRequests: 1 } },
          healthCheck: healthCheck('http2'),
          timeout: { http2: { idle: ms(1), perRequest: s(1) } },
          tls: LISTENER_TLS.file,
        },
        {
          ...portMapping(8082, 'grpc'),
          connectionPool: { grpc: { maxRequests: 1 } },
          healthCheck: healthCheck('grpc'),
          timeout: { grpc: { idle: s(1), perRequest: ms(1) } },
          tls: LISTENER_TLS.sds,
        },
        {
          ...portMapping(8083, 'tcp'),
          connectionPool: { tcp: { maxConnections: 1 } },
          healthCheck: healthCheck('tcp'),
          timeout: { tcp: { idle: s(0) } },
        },
      ],
      serviceDiscovery: dns({ responseType: 'ENDPOINTS', ipPreference: 'IPv6_ONLY' }),
      logging: LOGGING.text,
    },
    {
      listeners: [
        {
          ...portMapping(8080, 'http'),
          connectionPool: { http: { maxConnections: 2_147_483_647 } },
          outlierDetection: outlierDetection({
            interval: ms(2000),
            baseEjectionDuration: s(1),
            maxEjectionPercent: 100,
          }),
          timeout: { http: { idle: ms(2), perRequest: s(2) } },
        },
        { ...portMapping(8081, 'http2'), timeout: { http2: { idle: s(2), perRequest: ms(0) } } },
        { ...portMapping(8082, 'grpc'), timeout: { grpc: { idle: ms(2), perRequest: s(0) } } },
        { ...portMapping(8083, 'tcp'), timeout: { tcp: { idle: ms(2) } } },
      ],
      serviceDiscovery: dns({ responseType: 'LOADBALANCER', ipPreference: 'IPv4_ONLY' }),
      logging: LOGGING.json,
    },
  ),
  node(
    'backends',
    {
      backends: [
        backend('plain.local'),
        backend('acm.local', CLIENT_TLS.acm),
        backend('file.local', CLIENT_TLS.file),
        backend('sds.local', CLIENT_TLS.sds),
      ],
      backendDefaults: policy(CLIENT_TLS.acm),
    },
    { backends: [backend('plain.local')], backendDefaults: policy(CLIENT_TLS.file) },
  ),
  node('secrets', { backendDefaults: policy(CLIENT_TLS.sds), logging: LOGGING.plain }, {}),
  node(
    'cloud-map',
    {
      serviceDiscovery: cloudMap({
        attributes: [
          { key: 'stack', value: 'blue' },
          { key: 'zone', value: 'a' },
        ],
      }),
    },
    { serviceDiscovery: cloudMap() },
  ),
  ...(['IPv6_PREFERRED', 'IPv4_PREFERRED', 'IPv4_ONLY', 'IPv6_ONLY'] as const).map((ipPreference) =>
    node(
      `cloud-map-${ipPreference}`,
      { serviceDiscovery: cloudMap({ ipPreference }) },
      { serviceDiscovery: dns({ ipPreference }) },
    ),
  ),
];
