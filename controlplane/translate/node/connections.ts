import type { ServiceView, VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { Resource } from '../../../xds/types.ts';
import { closing, tcpProxy, type ConnectAttempts, type WeightedTcp } from '../envoy/filter-chains.ts';
import type { AccessLogInit } from '../envoy/connection-manager.ts';
import { filterConfig } from '../envoy/filter-discovery.ts';
import { metricSource, type MetricSource } from '../envoy/metric-extension/metric-source.ts';
import { outboundTcpLog } from '../envoy/metric-extension/metrics.ts';
import type { Extension } from '../envoy/typed.ts';
import { upstreamName, type UpstreamMesh } from '../envoy/clusters/upstream.ts';
import { MESH_CONNECT_ATTEMPTS } from '../defaults.ts';
import { createMemo } from '../memo.ts';
import * as names from '../names.ts';
import type { Options } from '../options.ts';
import type { Target } from '../services/service-port.ts';
import { unreported } from '../problems.ts';
import { servicePorts } from '../services/services.ts';
import type { EgressPort, ServicePortIndex } from './egress.ts';

/** Returns the weighted clusters of a service's connections; empty if no weight is above 0. */
export function sharesOf(mesh: UpstreamMesh, targets: readonly Target[]): readonly WeightedTcp[] {
  return targets
    .filter(({ weight }) => weight > 0)
    .map((target) => ({ cluster: upstreamName(mesh, target), weight: target.weight }));
}

/**
 * Distributes connections by weight. Envoy rejects a total weight of 0: in that case every connection is closed. `attempts`: default:
 * Envoy tries to connect once.
 */
export function connectionFilter(
  {
    shares: [first, ...others],
    idle,
    attempts,
  }: {
    readonly shares: readonly WeightedTcp[];
    readonly idle: number;
    readonly attempts?: ConnectAttempts | undefined;
  },
  accessLog: readonly AccessLogInit[],
): Extension {
  if (first === undefined) return closing();
  return tcpProxy(names.EGRESS_STATS, [first, ...others], { idle, accessLog, attempts });
}

/** Returns the service ports whose filters the outbound listener only names. */
export function namedConnections(ports: readonly EgressPort[]): readonly ServicePortIndex[] {
  return ports.flatMap(({ tcp }) => tcp.map(({ at }) => at));
}

/** Returns the current configurations of these discovered filters. */
export function egressExtensions(
  view: VirtualNodeView,
  mesh: UpstreamMesh,
  connections: readonly ServicePortIndex[],
  options: Options,
): readonly Resource[] {
  const caller = { mesh, source: metricSource(view, options), isMutual: takesPart(options) };
  return connections.flatMap(
    ({ service, servicePort }) => serviceExtensions(view.services[service], caller)[servicePort] ?? [],
  );
}

/** All that the filters depend on besides the service. It is the cache key as a whole. */
type TcpCaller = {
  readonly mesh: UpstreamMesh;
  readonly source: MetricSource | undefined;
  readonly isMutual: boolean;
};

/** Returns the filter of each service port, undefined for HTTP: encoded once for all callers of the service without metrics. */
function serviceExtensions(
  service: ServiceView | undefined,
  caller: TcpCaller,
): readonly (Resource | undefined)[] {
  if (service === undefined) return [];
  const { mesh, source, isMutual } = caller;
  return extensionsOf(service, JSON.stringify(caller), unreported, () =>
    servicePorts(service, unreported).map((servicePort) => {
      if (servicePort.kind !== 'tcp') return undefined;
      const name = names.egressConnections(servicePort.port, service.name);
      const shares = sharesOf(mesh, servicePort.targets);
      const log = outboundTcpLog(source, service.name);
      const attempts = isMutual && servicePort.targets.some(takesMutual) ? MESH_CONNECT_ATTEMPTS : undefined;
      return filterConfig(name, connectionFilter({ shares, idle: servicePort.idle, attempts }, log));
    }),
  );
}

/** Whether a proxy may use mutual TLS with the certificates of the authority. */
function takesPart({ trustDomain, mtls }: Options): boolean {
  return trustDomain !== undefined && mtls;
}

function takesMutual({ node }: Target): boolean {
  return node.mtls !== undefined;
}

const extensionsOf = createMemo<readonly (Resource | undefined)[]>();
