import type { Listener } from '../../model/types.ts';
import type { Place } from '../../mesh/access/steps.ts';
import { accessFilter, markDenies } from '../access/filters.ts';
import { refusedConnectionLog, refusedRequestLog } from '../access/refused-log.ts';
import type { TlsModes } from '../tls/listeners.ts';
import type { Resource } from '../../../xds/types.ts';
import type { Addresses } from '../envoy/address.ts';
import { plainCallersLog } from '../envoy/access-log/plain-log.ts';
import { connectionManager, type AccessLogInit } from '../envoy/connection-manager.ts';
import {
  needsInspector,
  tcpProxy,
  tlsModeChains,
  type ChainKind,
  type FilterChainInit,
} from '../envoy/filter-chains.ts';
import { originalDestination, tlsInspectorOn } from '../envoy/listener-filters.ts';
import { discoveredFilter, filterConfig, type DiscoveredFilter } from '../envoy/filter-discovery.ts';
import { listener } from '../envoy/listener.ts';
import { withActiveConnections } from '../envoy/metric-extension/active-connections.ts';
import { metricSource } from '../envoy/metric-extension/metric-source.ts';
import { inboundConnectionLog, inboundRequestLog, inboundTcpLog } from '../envoy/metric-extension/metrics.ts';
import { MESH_CONNECTION_LIFETIME, SILENT_CLIENT_WAIT } from '../defaults.ts';
import { connectionIdle } from '../listener-times.ts';
import * as names from '../names.ts';
import type { Options } from '../options.ts';
import { ownPorts } from './own-ports.ts';
import type { OwnView } from './own-view.ts';

/** A listener that can be opened, and its TLS modes. */
export type OpenListener = { readonly spec: Listener; readonly tlsModes: TlsModes };

/** The listener of all inbound traffic, its discovered filters, and the chains with a filter of authorization. */
export type IngressListener = {
  readonly listeners: readonly Resource[];
  readonly extensions: readonly Resource[];
  readonly places: readonly Place[];
};

/**
 * Returns the listener of all inbound traffic of a virtual node, with its discovered filters; empty if the virtual node has no
 * listener itself. Without redirect rules, callers connect to the listener's own port, which leads to the first listener.
 */
export function ingressListener(
  view: OwnView,
  listeners: readonly OpenListener[],
  { listen }: Addresses,
  accessLog: readonly AccessLogInit[],
  options: Options,
): IngressListener {
  if (listeners.length === 0) return { listeners: [], extensions: [], places: [] };
  const several = listeners.length > 1;
  const extensions = new Map<string, Resource>();
  const places = new Map<string, Place>();
  const source = metricSource(view, options);
  const chains = listeners.flatMap((open) => portChains(open, open.spec.portMapping.port, ''));
  const [direct] = options.loopbackEgress ? listeners : [];
  if (direct !== undefined) chains.push(...portChains(direct, names.INGRESS_PORT, '_direct'));
  const own = direct === undefined ? [names.INGRESS_PORT, names.EGRESS_PORT] : [names.EGRESS_PORT];
  const [first, ...others] = listeners.flatMap(({ spec, tlsModes }) =>
    needsInspector(tlsModes)
      ? [spec.portMapping.port, ...(spec === direct?.spec ? [names.INGRESS_PORT] : [])]
      : [],
  );
  const inspector = first === undefined ? [] : [tlsInspectorOn(first, ...others)];
  const inbound = listener(names.ingressListener(names.INGRESS_PORT), {
    address: listen,
    port: names.INGRESS_PORT,
    direction: 'inbound',
    filters: [originalDestination(), ...inspector],
    chains: [...chains, ...ownPorts(own)],
    patient: inspector.length > 0,
    ...(listeners.some(isTcpOfMesh) ? { inspection: SILENT_CLIENT_WAIT } : {}),
    accessLog: inboundConnectionLog(source),
  });
  return { listeners: [inbound], extensions: [...extensions.values()], places: [...places.values()] };

  function guard(place: Place): readonly DiscoveredFilter[] {
    const filters = accessFilter(place, options);
    if (filters.length > 0) places.set(names.accessFilter(place.port, place.chain), place);
    return filters;
  }

  /** Returns the chains of a listener for connections to a port. */
  function portChains(
    { spec, tlsModes }: OpenListener,
    destination: number,
    suffix: '' | '_direct',
  ): readonly FilterChainInit[] {
    const { port, protocol } = spec.portMapping;
    const statPrefix = names.ingressStats(protocol, port, several);
    const plainLog = tlsModes.logsPlain === true ? [plainCallersLog()] : [];
    if (protocol === 'tcp') {
      const target = { cluster: names.ingressCluster(view.mesh.name, view.name, protocol, port), weight: 1 };
      const log = [...inboundTcpLog(source), ...refusedConnectionLog(port, options), ...plainLog];
      const filter = tcpProxy(statPrefix, [target], {
        idle: connectionIdle(spec),
        accessLog: log,
        logsOpened: plainLog.length > 0,
      });
      const name = names.ingressConnections(port);
      if (options.ecds) extensions.set(name, filterConfig(name, filter));
      const made = tlsModeChains(`${name}${suffix}`, destination, tlsModes, (chain) => [
        ...guard({ port, isHttp: false, chain }),
        options.ecds ? discoveredFilter(name) : filter,
      ]);
      const marked = places.size === 0 ? made : markDenies(made, view.access, port);
      return withActiveConnections(marked, source, spec.portMapping);
    }
    const routes = names.ingressRoutes(protocol, port);
    const log = [...accessLog, ...inboundRequestLog(source, protocol), ...refusedRequestLog(port, options)];
    const filtersOf = (kind: ChainKind) => [
      connectionManager(
        {
          place: 'ingress',
          statPrefix,
          routes,
          accessLog: kind === 'plain' ? [...log, ...plainLog] : log,
          filters: guard({ port, isHttp: true, chain: kind }),
          ...(kind === 'mesh' ? { longest: MESH_CONNECTION_LIFETIME } : {}),
        },
        options,
      ),
    ];
    const made = tlsModeChains(`ingress_${protocol}_${port}${suffix}`, destination, tlsModes, filtersOf);
    return withActiveConnections(made, source, spec.portMapping);
  }
}

/** Whether connections without TLS wait for the TLS inspector although their server may speak first. */
function isTcpOfMesh({ spec, tlsModes }: OpenListener): boolean {
  return spec.portMapping.protocol === 'tcp' && tlsModes.mesh !== undefined;
}

/** Whether the mesh allows all egress. */
export function allowsAll({ mesh }: OwnView): boolean {
  return mesh.spec.egressFilter?.type === 'ALLOW_ALL';
}
