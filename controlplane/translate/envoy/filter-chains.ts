import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  FilterChainMatchSchema,
  FilterChainSchema,
} from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { ConfigSchema as DirectResponseSchema } from '#envoy/envoy/extensions/filters/network/direct_response/v3/config_pb.ts';
import { TcpProxySchema } from '#envoy/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.ts';
import type { Doors } from '../tls/listeners.ts';
import type { FilterInit } from './connection-manager.ts';
import { duration } from './duration.ts';
import { serverSocket } from './tls.ts';
import { extension, type Extension } from './typed.ts';

/** One way through a listener. */
export type FilterChainInit = Exclude<MessageInitShape<typeof FilterChainSchema>, { $typeName: string }>;

/** What a connection must have to take it; empty: anything. */
export type FilterChainMatchInit = MessageInitShape<typeof FilterChainMatchSchema>;

/** A cluster and its share of connections, relative to the others' (1 at least: Envoy's rule for TCP). */
export type WeightedTcp = { readonly cluster: string; readonly weight: number };

/** A chain with one filter. Without a match it is for the listener's matcher to choose it. */
export function chain(
  name: string,
  match: FilterChainMatchInit | undefined,
  filter: FilterInit,
): FilterChainInit {
  return { name, ...(match === undefined ? {} : { filterChainMatch: match }), filters: [filter] };
}

/**
 * The chains of a listener's ways in, on one port: with both, the TLS inspector tells which a connection takes. The one
 * that is alone takes all, so that plain text meets TLS and fails there.
 */
export function doorChains(
  name: string,
  destinationPort: number,
  { plain, tls }: Pick<Doors, 'plain' | 'tls'>,
  filter: FilterInit,
): readonly FilterChainInit[] {
  if (tls === undefined) return [chain(name, { destinationPort }, filter)];
  const transportSocket = serverSocket(tls);
  if (!plain) return [{ ...chain(name, { destinationPort }, filter), transportSocket }];
  return [
    { ...chain(`${name}_tls`, { destinationPort, transportProtocol: 'tls' }, filter), transportSocket },
    chain(name, { destinationPort, transportProtocol: 'raw_buffer' }, filter),
  ];
}

/** Passes bytes on. `idle` is in milliseconds, 0 for no limit, undefined for Envoy's default. */
export function tcpProxy(
  statPrefix: string,
  targets: readonly [WeightedTcp, ...WeightedTcp[]],
  idle: number | undefined,
): Extension {
  const [first, ...others] = targets;
  const clusters = targets.map(({ cluster, weight }) => ({ name: cluster, weight }));
  return extension('envoy.filters.network.tcp_proxy', TcpProxySchema, {
    statPrefix,
    clusterSpecifier:
      others.length === 0
        ? { case: 'cluster', value: first.cluster }
        : { case: 'weightedClusters', value: { clusters } },
    ...(idle === undefined ? {} : { idleTimeout: duration(idle) }),
  });
}

/** Closes a connection as soon as it was accepted. */
export function closing(): Extension {
  return extension('envoy.filters.network.direct_response', DirectResponseSchema, {
    response: { specifier: { case: 'inlineString', value: '' } },
  });
}
