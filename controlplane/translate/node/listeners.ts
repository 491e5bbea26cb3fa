import type { Listener } from '../../model/types.ts';
import type { TlsModes } from '../tls/listeners.ts';
import type { Resource } from '../../../xds/types.ts';
import type { Addresses } from '../envoy/address.ts';
import { connectionManager, type AccessLogInit } from '../envoy/connection-manager.ts';
import { tlsModeChains, tcpProxy, type FilterChainInit } from '../envoy/filter-chains.ts';
import { originalDestination, tlsInspectorOn } from '../envoy/listener-filters.ts';
import { discoveredFilter, filterConfig } from '../envoy/filter-discovery.ts';
import { listener } from '../envoy/listener.ts';
import { withActiveConnections } from '../envoy/metric-extension/active-connections.ts';
import { metricSource } from '../envoy/metric-extension/metric-source.ts';
import { inboundConnectionLog, inboundRequestLog, inboundTcpLog } from '../envoy/metric-extension/metrics.ts';
import { connectionIdle } from '../listener-times.ts';
import * as names from '../names.ts';
import type { Options } from '../options.ts';
import { ownPorts } from './own-ports.ts';
import type { OwnView } from './own-view.ts';

/** A listener that can be opened, and its TLS modes. */
export type OpenListener = { readonly spec: Listener; readonly tlsModes: TlsModes };

/**
 * Returns the listener of all inbound traffic of a virtual node, with its discovered filters; empty if the virtual node has no
 * listener itself.
 */
export function ingressListener(
  view: OwnView,
  listeners: readonly OpenListener[],
  { listen }: Addresses,
  accessLog: readonly AccessLogInit[],
  options: Options,
): { readonly listeners: readonly Resource[]; readonly extensions: readonly Resource[] } {
  if (listeners.length === 0) return { listeners: [], extensions: [] };
  const several = listeners.length > 1;
  const source = metricSource(view, options);
  const extensions: Resource[] = [];
  const chains = listeners.flatMap(({ spec, tlsModes }): readonly FilterChainInit[] => {
    const { port, protocol } = spec.portMapping;
    const statPrefix = names.ingressStats(protocol, port, several);
    if (protocol === 'tcp') {
      const target = { cluster: names.ingressCluster(view.mesh.name, view.name, protocol, port), weight: 1 };
      const filter = tcpProxy(statPrefix, [target], connectionIdle(spec), inboundTcpLog(source));
      const name = names.ingressConnections(port);
      if (options.ecds) extensions.push(filterConfig(name, filter));
      const made = tlsModeChains(name, port, tlsModes, options.ecds ? discoveredFilter(name) : filter);
      return withActiveConnections(made, source, spec.portMapping);
    }
    const routes = names.ingressRoutes(protocol, port);
    const log = [...accessLog, ...inboundRequestLog(source, protocol)];
    const filter = connectionManager({ place: 'ingress', statPrefix, routes, accessLog: log }, options);
    const made = tlsModeChains(`ingress_${protocol}_${port}`, port, tlsModes, filter);
    return withActiveConnections(made, source, spec.portMapping);
  });
  const [first, ...others] = listeners.flatMap(({ spec, tlsModes: { plain, tls } }) =>
    plain && tls !== undefined ? [spec.portMapping.port] : [],
  );
  const inspector = first === undefined ? [] : [tlsInspectorOn(first, ...others)];
  const inbound = listener(names.ingressListener(names.INGRESS_PORT), {
    address: listen,
    port: names.INGRESS_PORT,
    direction: 'inbound',
    filters: [originalDestination(), ...inspector],
    chains: [...chains, ...ownPorts()],
    patient: inspector.length > 0,
    accessLog: inboundConnectionLog(source),
  });
  return { listeners: [inbound], extensions };
}

/** Whether the mesh allows all egress. */
export function allowsAll({ mesh }: OwnView): boolean {
  return mesh.spec.egressFilter?.type === 'ALLOW_ALL';
}
