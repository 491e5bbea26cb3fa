import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { anyUnpack, type Any } from '@bufbuild/protobuf/wkt';
import type { FilterChain } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { RouterSchema } from '#envoy/envoy/extensions/filters/http/router/v3/router_pb.ts';
import { HttpConnectionManagerSchema } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { TcpProxySchema } from '#envoy/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.ts';
import type { Outcome } from '../explanation.ts';
import { managerSettings, type ManagerSettings } from '../manager/settings.ts';
import type { Served } from '../served.ts';
import { isPassThrough, targetsOf } from '../targets.ts';

/** A chain that parses requests. */
export type RequestChain = {
  /** The name of its route configuration. */
  readonly routes: string;
  readonly settings: ManagerSettings;
  /** Whether Envoy adds headers with the original host and path when it rewrites them. */
  readonly saysOriginals: boolean;
};

/** Returns how a chain handles requests; undefined if it forwards bytes. */
export function requestChain(chain: FilterChain): RequestChain | undefined {
  const manager = unpackFirst(chain.filters, HttpConnectionManagerSchema);
  const specifier = manager?.routeSpecifier;
  if (manager === undefined || specifier?.case !== 'rds') return undefined;
  return {
    routes: specifier.value.routeConfigName,
    settings: managerSettings(manager),
    saysOriginals: !(unpackFirst(manager.httpFilters, RouterSchema)?.suppressEnvoyHeaders ?? false),
  };
}

/** Returns the outcome of a connection in a chain that forwards bytes or closes. */
export function connectionOutcome(served: Served, chain: FilterChain, port: number): Outcome {
  const specifier = unpackFirst(chain.filters, TcpProxySchema)?.clusterSpecifier;
  if (specifier?.case === 'cluster') {
    const cluster = specifier.value;
    if (isPassThrough(served, cluster)) {
      return {
        kind: 'passed',
        cluster,
        why: `no backend on port ${port} takes it: it goes where the application sent it`,
      };
    }
    return { kind: 'sent', targets: targetsOf(served, [{ name: cluster, weight: 1 }]) };
  }
  if (specifier?.case === 'weightedClusters') {
    return { kind: 'sent', targets: targetsOf(served, specifier.value.clusters) };
  }
  return { kind: 'closed', why: `chain ${chain.name} closes every connection` };
}

type Filter = { readonly configType: { readonly case?: string | undefined; readonly value?: unknown } };

/** Returns the first filter with a configuration of this type. */
function unpackFirst<D extends DescMessage>(
  filters: readonly Filter[],
  schema: D,
): MessageShape<D> | undefined {
  for (const { configType } of filters) {
    const config = configType.case === 'typedConfig' ? anyUnpack(configType.value as Any, schema) : undefined;
    if (config !== undefined) return config;
  }
  return undefined;
}
