import type { MethodDefinition } from '@grpc/grpc-js';
import {
  CLUSTER,
  ENDPOINTS,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  RUNTIME,
  SECRET,
  type TypeUrl,
} from './types.ts';

const asTheyAre = (bytes: Buffer): Buffer => bytes;

/** A discovery service: its method per variant, and its only type unless it is aggregated. */
export type DiscoveryService = {
  readonly sotw: MethodDefinition<Buffer, Buffer>;
  readonly delta: MethodDefinition<Buffer, Buffer>;
  readonly onlyType?: TypeUrl;
};

/**
 * The discovery services: ADS has all types on one stream, each other service has one type. The messages are the same. If secrets,
 * for example, are not aggregated, Envoy opens a stream for each of them.
 */
export const SERVICES = {
  aggregated: service('discovery.v3.AggregatedDiscoveryService', 'AggregatedResources'),
  clusters: service('cluster.v3.ClusterDiscoveryService', 'Clusters', CLUSTER),
  endpoints: service('endpoint.v3.EndpointDiscoveryService', 'Endpoints', ENDPOINTS),
  listeners: service('listener.v3.ListenerDiscoveryService', 'Listeners', LISTENER),
  routes: service('route.v3.RouteDiscoveryService', 'Routes', ROUTES),
  secrets: service('secret.v3.SecretDiscoveryService', 'Secrets', SECRET),
  extensionConfigs: service(
    'extension.v3.ExtensionConfigDiscoveryService',
    'ExtensionConfigs',
    EXTENSION_CONFIG,
  ),
  runtime: service('runtime.v3.RuntimeDiscoveryService', 'Runtime', RUNTIME),
} as const satisfies Readonly<Record<string, DiscoveryService>>;

/** The state-of-the-world method of ADS. */
export const SOTW_METHOD = SERVICES.aggregated.sotw;

/** The incremental method of ADS. */
export const DELTA_METHOD = SERVICES.aggregated.delta;

/** The name of a discovery service in this library. */
export type ServiceName = keyof typeof SERVICES;

/** The names of all discovery services. */
export const SERVICE_NAMES = Object.keys(SERVICES) as readonly ServiceName[];

// Messages pass as bytes: a resource is encoded once per change, not once per stream.
function service(name: string, what: string, onlyType?: TypeUrl): DiscoveryService {
  const method = (variant: 'Stream' | 'Delta'): MethodDefinition<Buffer, Buffer> => ({
    path: `/envoy.service.${name}/${variant}${what}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: asTheyAre,
    requestDeserialize: asTheyAre,
    responseSerialize: asTheyAre,
    responseDeserialize: asTheyAre,
  });
  const methods = { sotw: method('Stream'), delta: method('Delta') };
  return onlyType === undefined ? methods : { ...methods, onlyType };
}
