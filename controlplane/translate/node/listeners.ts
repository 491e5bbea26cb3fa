import type { VirtualNodeView } from '../../mesh/view.ts';
import type { Listener } from '../../model/types.ts';
import type { Doors } from '../tls/listeners.ts';
import type { Resource } from '../../../xds/types.ts';
import type { Addresses } from '../envoy/address.ts';
import { connectionManager, type AccessLogInit } from '../envoy/connection-manager.ts';
import { chain, closing, doorChains, tcpProxy, type FilterChainInit } from '../envoy/filter-chains.ts';
import { originalDestination, tlsInspectorOn } from '../envoy/listener-filters.ts';
import { discoveredFilter, filterConfig } from '../envoy/filter-discovery.ts';
import { listener } from '../envoy/listener.ts';
import type { UpstreamMesh } from '../envoy/upstream.ts';
import { connectionIdle } from '../listener-times.ts';
import * as names from '../names.ts';
import type { TcpOffer } from '../offer.ts';
import type { Options } from '../options.ts';
import { connectionFilter } from './connections.ts';
import type { EgressPort } from './egress.ts';

/** The port that `*.amazonaws.com` is let out on, told by the name that the TLS client asks for. */
const AMAZON = { port: 443, names: ['*.amazonaws.com'] };

/** A listener that can be opened, and how. */
export type OpenListener = { readonly spec: Listener; readonly doors: Doors };

/**
 * All of a virtual node's inbound traffic, and what stands behind the names of its filters; no listener where it has none
 * itself.
 */
export function ingressListener(
  view: VirtualNodeView,
  listeners: readonly OpenListener[],
  { listen }: Addresses,
  accessLog: readonly AccessLogInit[],
  options: Options,
): { readonly listeners: readonly Resource[]; readonly extensions: readonly Resource[] } {
  if (listeners.length === 0) return { listeners: [], extensions: [] };
  const several = listeners.length > 1;
  const extensions: Resource[] = [];
  const chains = listeners.flatMap(({ spec, doors }): readonly FilterChainInit[] => {
    const { port, protocol } = spec.portMapping;
    const statPrefix = names.ingressStats(protocol, port, several);
    if (protocol === 'tcp') {
      const target = { cluster: names.ingressCluster(view.mesh.name, view.name, protocol, port), weight: 1 };
      const filter = tcpProxy(statPrefix, [target], connectionIdle(spec));
      const name = names.ingressConnections(port);
      if (options.ecds) extensions.push(filterConfig(name, filter));
      return doorChains(name, port, doors, options.ecds ? discoveredFilter(name) : filter);
    }
    const routes = names.ingressRoutes(protocol, port);
    const filter = connectionManager({ place: 'ingress', statPrefix, routes, accessLog }, options);
    return doorChains(`ingress_${protocol}_${port}`, port, doors, filter);
  });
  const [first, ...others] = listeners.flatMap(({ spec, doors: { plain, tls } }) =>
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
  });
  return { listeners: [inbound], extensions };
}

/**
 * All of a virtual node's outbound traffic: a chain for each port of its backends, one for AWS's own services, and with
 * ALLOW_ALL those for everything else. Without one, a connection is closed.
 */
export function egressListener(
  view: VirtualNodeView,
  mesh: UpstreamMesh,
  ports: readonly EgressPort[],
  { listen }: Addresses,
  accessLog: readonly AccessLogInit[],
  options: Options,
): Resource {
  const backends = ports.map((port) =>
    port.kind === 'tcp' ? tcpChain(mesh, port.offer, options.ecds) : httpChain(port, accessLog, options),
  );
  const amazon = chain(
    'egress_amazonaws',
    { destinationPort: AMAZON.port, serverNames: AMAZON.names },
    passThrough(names.amazonCluster(mesh.name)),
  );
  return listener(names.egressListener(), {
    address: listen,
    port: names.EGRESS_PORT,
    direction: 'outbound',
    filters: [originalDestination(), tlsInspectorOn(AMAZON.port)],
    chains: [...backends, amazon, ...(allowsAll(view) ? allowAll(mesh, ports) : []), ...ownPorts()],
  });
}

/** Whether the mesh lets everything out. */
export function allowsAll({ mesh }: VirtualNodeView): boolean {
  return mesh.spec.egressFilter?.type === 'ALLOW_ALL';
}

function httpChain(
  { port, protocol }: Extract<EgressPort, { kind: 'http' }>,
  accessLog: readonly AccessLogInit[],
  options: Options,
): FilterChainInit {
  const routes = names.egressRoutes(protocol, port);
  const statPrefix = names.EGRESS_STATS;
  const filter = connectionManager({ place: 'egress', statPrefix, routes, accessLog }, options);
  return chain(`egress_${protocol}_${port}`, { destinationPort: port }, filter);
}

function tcpChain(mesh: UpstreamMesh, offer: TcpOffer, ecds: boolean): FilterChainInit {
  const { port, service } = offer;
  const match = { destinationPort: port };
  if (!ecds) return chain(`egress_tcp_${port}`, match, connectionFilter(mesh, offer));
  const name = names.egressConnections(port, service);
  return chain(name, match, discoveredFilter(name));
}

/** Port 443 needs a chain of its own, because the one for AWS's services keeps the catch-all from seeing it. */
function allowAll(mesh: UpstreamMesh, ports: readonly EgressPort[]): readonly FilterChainInit[] {
  const filter = passThrough(names.allowAllCluster(mesh.name));
  const taken = ports.some(({ port }) => port === AMAZON.port);
  const match = { destinationPort: AMAZON.port };
  return [
    ...(taken ? [] : [chain(`egress_allow_all_${AMAZON.port}`, match, filter)]),
    chain('egress_allow_all', {}, filter),
  ];
}

function passThrough(cluster: string): ReturnType<typeof tcpProxy> {
  return tcpProxy(names.EGRESS_STATS, [{ cluster, weight: 1 }], undefined);
}

/** A connection that was made straight to the proxy would be sent to the proxy, without end. */
function ownPorts(): readonly FilterChainInit[] {
  return [names.INGRESS_PORT, names.EGRESS_PORT].map((port) =>
    chain(`own_port_${port}`, { destinationPort: port }, closing()),
  );
}
