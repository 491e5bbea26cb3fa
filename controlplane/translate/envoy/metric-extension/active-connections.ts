import { activeConnectionsPrefix } from '../../../../common/contracts/active-connections.ts';
import { ConnectionLimitSchema } from '#envoy/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.ts';
import type { PortProtocol } from '../../../model/types.ts';
import { UNLIMITED } from '../../defaults.ts';
import type { FilterChainInit } from '../filter-chains.ts';
import { extension } from '../typed.ts';
import type { MetricSource } from './metric-source.ts';

/** Adds to the chains of a listener the filter that counts its active connections; it refuses none. */
export function withActiveConnections(
  chains: readonly FilterChainInit[],
  source: MetricSource | undefined,
  { port, protocol }: { readonly port: number; readonly protocol: PortProtocol },
): readonly FilterChainInit[] {
  if (source === undefined) return chains;
  const filter = extension('envoy.filters.network.connection_limit', ConnectionLimitSchema, {
    statPrefix: activeConnectionsPrefix(port, protocol),
    maxConnections: BigInt(UNLIMITED),
  });
  return chains.map((chain) => ({ ...chain, filters: [filter, ...(chain.filters ?? [])] }));
}
