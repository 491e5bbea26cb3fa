import { FilterChainMatch_ConnectionSourceType as SourceType } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import type { Resource } from '../../../xds/types.ts';
import type { Addresses } from '../envoy/address.ts';
import { connectionManager, type AccessLogInit } from '../envoy/connection-manager.ts';
import { chain, tlsModeChains } from '../envoy/filter-chains.ts';
import { tlsInspector } from '../envoy/listener-filters.ts';
import { listener } from '../envoy/listener.ts';
import { withActiveConnections } from '../envoy/metric-extension/active-connections.ts';
import type { MetricSource } from '../envoy/metric-extension/metric-source.ts';
import {
  inboundConnectionLog,
  inboundRequestLog,
  outboundRequestLog,
  upstreamLog,
} from '../envoy/metric-extension/metrics.ts';
import * as names from '../names.ts';
import type { Options } from '../options.ts';
import type { GatewayListener } from './plan.ts';

/** Returns the first pass: one listener for each listener of the virtual gateway, on its real port. */
export function ingressListeners(
  listeners: readonly GatewayListener[],
  { listen }: Addresses,
  accessLog: readonly AccessLogInit[],
  source: MetricSource | undefined,
  options: Options,
): readonly Resource[] {
  const several = listeners.length > 1;
  return listeners.map(({ spec: { portMapping }, tlsModes }) => {
    const { port, protocol } = portMapping;
    const statPrefix = names.ingressStats(protocol, port, several);
    const routes = names.ingressRoutes(protocol, port);
    const log = [...accessLog, ...inboundRequestLog(source, protocol)];
    const filter = connectionManager({ place: 'gateway', statPrefix, routes, accessLog: log }, options);
    const chains = tlsModeChains(`ingress_${protocol}_${port}`, port, tlsModes, () => [filter]);
    return listener(names.ingressListener(port), {
      address: listen,
      port,
      direction: 'inbound',
      filters: [tlsInspector()],
      chains: withActiveConnections(chains, source, portMapping),
      accessLog: inboundConnectionLog(source),
    });
  });
}

/**
 * Returns the second pass, to which only the first pass connects: a connection from another machine matches no chain and is
 * closed.
 */
export function egressListener(
  routes: string,
  { listen }: Addresses,
  accessLog: readonly AccessLogInit[],
  source: MetricSource | undefined,
  options: Options,
): Resource {
  const statPrefix = names.EGRESS_STATS;
  const filter = connectionManager(
    {
      place: 'secondPass',
      statPrefix,
      routes,
      accessLog: [...accessLog, ...outboundRequestLog(source)],
      upstreamLog: upstreamLog(source),
    },
    options,
  );
  const match = { destinationPort: names.EGRESS_PORT, sourceType: SourceType.SAME_IP_OR_LOOPBACK };
  return listener(names.egressListener(), {
    address: listen,
    port: names.EGRESS_PORT,
    direction: 'outbound',
    filters: [],
    chains: [chain(`egress_${names.EGRESS_PORT}`, match, filter)],
  });
}
