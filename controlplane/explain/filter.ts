import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { FilterChain } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { HttpConnectionManagerSchema } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { TcpProxySchema } from '#envoy/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.ts';
import type { AskedRequest } from './asked-request.ts';
import type { Outcome } from './explanation.ts';
import type { Served } from './served.ts';
import { isPassThrough, targetsOf } from './targets.ts';

/** The name of the route configuration that a chain sends requests by; undefined for one that passes bytes on. */
export function requestRoutes(chain: FilterChain): string | undefined {
  const manager = filterOf(chain, HttpConnectionManagerSchema);
  const specifier = manager?.routeSpecifier;
  return specifier?.case === 'rds' ? specifier.value.routeConfigName : undefined;
}

/** What becomes of a connection in a chain that passes bytes on, or closes. */
export function connectionOutcome(served: Served, chain: FilterChain, { port }: AskedRequest): Outcome {
  const specifier = filterOf(chain, TcpProxySchema)?.clusterSpecifier;
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

function filterOf<D extends DescMessage>(chain: FilterChain, schema: D): MessageShape<D> | undefined {
  for (const { configType } of chain.filters) {
    const config = configType.case === 'typedConfig' ? anyUnpack(configType.value, schema) : undefined;
    if (config !== undefined) return config;
  }
  return undefined;
}
