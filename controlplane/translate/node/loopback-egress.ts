import { compareText } from '../../../common/compare-text.ts';
import type { Resource } from '../../../xds/types.ts';
import { connectionManager, type AccessLogInit } from '../envoy/connection-manager.ts';
import { chain } from '../envoy/filter-chains.ts';
import { discoveredFilter } from '../envoy/filter-discovery.ts';
import { listener } from '../envoy/listener.ts';
import type { MetricSource } from '../envoy/metric-extension/metric-source.ts';
import { outboundRequestLog, outboundTcpLog, upstreamLog } from '../envoy/metric-extension/metrics.ts';
import type { UpstreamMesh } from '../envoy/clusters/upstream.ts';
import type { PortProtocol } from '../../model/types.ts';
import * as names from '../names.ts';
import type { Options } from '../options.ts';
import type { Report } from '../problems.ts';
import { connectionFilter, sharesOf } from './connections.ts';
import type { EgressPort, TcpBackend } from './egress.ts';
import { loopbackPorts } from './loopback-ports.ts';
import type { OutboundConnections } from './outbound.ts';
import type { OwnView } from './own-view.ts';

/** A backend with its own listener on loopback. */
export type LoopbackEgress = {
  readonly service: string;
  /** The port of the virtual service. */
  readonly port: number;
  readonly protocol: PortProtocol;
  /** The port on loopback. */
  readonly at: number;
  /** The filter of connections, for an Envoy that does not discover it. */
  readonly inline: OutboundConnections['inline'];
};

/**
 * Returns the backends of a virtual node whose host has no redirect rules: the application calls a port of 127.0.0.1 for each backend.
 * Reports backends whose port is another than usual.
 */
export function loopbackEgress(
  view: OwnView,
  mesh: UpstreamMesh,
  ports: readonly EgressPort[],
  report: Report,
): readonly LoopbackEgress[] {
  const backends = ports.flatMap(({ http, tcp }) => [
    ...(http?.hosts ?? []).map(({ staticPort: { service, port, protocol } }) => ({
      service,
      port,
      protocol,
      inline: undefined,
    })),
    ...tcp.map((backend) => tcpBackend(mesh, backend)),
  ]);
  const sorted = backends.toSorted((a, b) => compareText(a.service, b.service) || a.port - b.port);
  const own = new Set((view.spec.listeners ?? []).map(({ portMapping }) => portMapping.port));
  const places = loopbackPorts(sorted, own);
  return sorted.flatMap((backend, index) => {
    const place = places[index];
    if (place === undefined) return [];
    if (place.port !== place.wanted) {
      const where = `virtualService/${backend.service}/port/${backend.port}`;
      report(where, `port ${place.wanted} of loopback is taken: this backend is at port ${place.port}`);
    }
    return [{ ...backend, at: place.port }];
  });
}

function tcpBackend(mesh: UpstreamMesh, { staticPort: { service, port, inline } }: TcpBackend) {
  const filter = inline && { shares: sharesOf(mesh, inline.targets), idle: inline.idle };
  return { service, port, protocol: 'tcp' as const, inline: filter };
}

/** Returns the listener of one backend. */
export function loopbackListener(
  { service, port, protocol, at, inline }: LoopbackEgress,
  accessLog: readonly AccessLogInit[],
  source: MetricSource | undefined,
  options: Options,
): Resource {
  const chainName =
    protocol === 'tcp' ? names.egressConnections(port, service) : `egress_${protocol}_${port}`;
  return listener(names.loopbackListener(at), {
    address: names.LOOPBACK,
    port: at,
    direction: 'outbound',
    filters: [],
    chains: [chain(chainName, {}, filter())],
    backend: { service, port, protocol, address: `${names.LOOPBACK}:${at}` },
  });

  function filter() {
    if (protocol === 'tcp')
      return inline === undefined
        ? discoveredFilter(chainName)
        : connectionFilter(inline, outboundTcpLog(source, service));
    return connectionManager(
      {
        place: 'egress',
        statPrefix: names.EGRESS_STATS,
        routes: names.loopbackRoutes(protocol, port, service),
        accessLog: [...accessLog, ...outboundRequestLog(source)],
        upstreamLog: upstreamLog(source),
      },
      options,
    );
  }
}
