import type { Listener } from '../../model/types.ts';
import type { Place } from '../../mesh/access/steps.ts';
import { accessFilter, markDenies } from '../access/filters.ts';
import { refusedConnectionLog, refusedRequestLog } from '../access/refused-log.ts';
import type { TlsModes } from '../tls/listeners.ts';
import type { Resource } from '../../../xds/types.ts';
import { plainCallersLog } from '../envoy/access-log/plain-log.ts';
import { connectionManager, type AccessLogInit } from '../envoy/connection-manager.ts';
import { tcpProxy, tlsModeChains, type ChainKind, type FilterChainInit } from '../envoy/filter-chains.ts';
import { discoveredFilter, filterConfig, type DiscoveredFilter } from '../envoy/filter-discovery.ts';
import { withActiveConnections } from '../envoy/metric-extension/active-connections.ts';
import { metricSource } from '../envoy/metric-extension/metric-source.ts';
import { inboundRequestLog, inboundTcpLog } from '../envoy/metric-extension/metrics.ts';
import { MESH_CONNECTION_LIFETIME } from '../defaults.ts';
import { connectionIdle } from '../listener-times.ts';
import * as names from '../names.ts';
import type { Options } from '../options.ts';
import type { OwnView } from './own-view.ts';

/** A listener that can be opened, and its TLS modes. */
export type OpenListener = { readonly spec: Listener; readonly tlsModes: TlsModes };

/** The filter chains of the ports of a virtual node. */
export type PortChains = {
  /** Returns the chains of a listener for connections to a port. `suffix` makes their names differ from those of another port. */
  readonly of: (
    listener: OpenListener,
    destination: number,
    suffix: '' | '_direct',
  ) => readonly FilterChainInit[];
  /** The discovered filters of the chains so far. */
  readonly extensions: () => readonly Resource[];
  /** The chains so far that have a filter of authorization. */
  readonly places: () => readonly Place[];
};

/** Creates an empty table of chains. `several`: whether the virtual node has more than one listener, which names of statistics show. */
export function createPortChains(
  view: OwnView,
  several: boolean,
  accessLog: readonly AccessLogInit[],
  options: Options,
): PortChains {
  const extensions = new Map<string, Resource>();
  const places = new Map<string, Place>();
  const source = metricSource(view, options);

  function guard(place: Place): readonly DiscoveredFilter[] {
    const filters = accessFilter(place, options);
    if (filters.length > 0) places.set(names.accessFilter(place.port, place.chain), place);
    return filters;
  }

  function tcpChains(
    { spec, tlsModes }: OpenListener,
    destination: number,
    suffix: '' | '_direct',
  ): readonly FilterChainInit[] {
    const { port, protocol } = spec.portMapping;
    const statPrefix = names.ingressStats(protocol, port, several);
    const plainLog = tlsModes.logsPlain === true ? [plainCallersLog()] : [];
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

  function httpChains(
    { spec, tlsModes }: OpenListener,
    protocol: names.HttpProtocol,
    destination: number,
    suffix: '' | '_direct',
  ): readonly FilterChainInit[] {
    const { port } = spec.portMapping;
    const statPrefix = names.ingressStats(protocol, port, several);
    const plainLog = tlsModes.logsPlain === true ? [plainCallersLog()] : [];
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

  return {
    of(open, destination, suffix) {
      const { protocol } = open.spec.portMapping;
      return protocol === 'tcp'
        ? tcpChains(open, destination, suffix)
        : httpChains(open, protocol, destination, suffix);
    },
    extensions: () => [...extensions.values()],
    places: () => [...places.values()],
  };
}
