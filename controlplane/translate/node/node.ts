import type { VirtualNodeView } from '../../mesh/view.ts';
import type { Listener } from '../../model/types.ts';
import type { Resource } from '../../../xds/types.ts';
import { accessLogs } from '../envoy/access-log.ts';
import { addresses, type Addresses } from '../envoy/address.ts';
import type { AccessLogInit } from '../envoy/connection-manager.ts';
import type { Found } from '../found.ts';
import { createMemo } from '../memo.ts';
import { EGRESS_PORT, INGRESS_PORT } from '../names.ts';
import type { Report } from '../problems.ts';
import type { Features, ProxyResources } from '../proxy.ts';
import { onePerPort } from '../targets.ts';
import { egressClusters, ingressClusters } from './clusters.ts';
import { egressPorts, type EgressPort } from './egress.ts';
import { allowsAll, egressListener, ingressListener } from './listeners.ts';
import { egressRoutes, ingressRoutes } from './routes.ts';

/** All that the sidecar of a virtual node is to have. What a change leaves as it was is not made again. */
export function nodeResources(view: VirtualNodeView, features: Features, _found: Found, report: Report): ProxyResources {
  const ipPreference = view.mesh.spec.serviceDiscovery?.ipPreference;
  const mesh = { name: view.mesh.name, ipPreference };
  const at = addresses(ipPreference, features.ipv6);
  const inbound = inboundParts(view.spec, JSON.stringify([mesh.name, view.name, at]), report, (found) =>
    makeInbound(view, at, found),
  );
  const ports = egressPorts(view, report);
  const outKey = JSON.stringify([mesh.name, view.name, allowsAll(view), at, ports.map(chainKey)]);
  const outbound = outboundListeners(view.spec, outKey, report, () =>
    egressListener(view, mesh, ports, at, inbound.accessLog),
  );
  return {
    clusters: [...inbound.clusters, ...egressClusters(view, mesh, ports, report)],
    endpoints: [],
    listeners: [...inbound.listeners, outbound],
    routes: [...inbound.routes, ...egressRoutes(view, mesh, ports)],
    secrets: [],
  };
}

/** All that leads to the application beside the proxy, and the access log, which is the same in both directions. */
type Inbound = Omit<ProxyResources, 'endpoints' | 'secrets'> & { readonly accessLog: readonly AccessLogInit[] };

const inboundParts = createMemo<Inbound>();
const outboundListeners = createMemo<Resource>();

function makeInbound(view: VirtualNodeView, at: Addresses, report: Report): Inbound {
  const accessLog = accessLogs(view.spec.logging, `virtualNode/${view.name}`, report);
  const listeners = workingListeners(view, report);
  return {
    accessLog,
    clusters: ingressClusters(view, listeners, at, report),
    listeners: ingressListener(view, listeners, at, accessLog),
    routes: ingressRoutes(view, listeners, report),
  };
}

/** All of a port that its chain in the listener depends on. */
function chainKey(port: EgressPort): unknown {
  if (port.kind === 'http') return [port.port, port.protocol];
  const { targets, idle } = port.offer;
  return [
    port.port,
    idle,
    targets.map(({ node, listener, weight }) => [node.name, listener.portMapping, weight]),
  ];
}

/** The listeners that can have a chain. One that asks for TLS has none, rather than one that takes plain text. */
function workingListeners(view: VirtualNodeView, report: Report): readonly Listener[] {
  const at = `virtualNode/${view.name}`;
  return onePerPort(view.spec.listeners ?? [], at, report).filter(({ portMapping: { port }, tls }) => {
    const where = `${at}/listener/${port}`;
    const own = port === INGRESS_PORT || port === EGRESS_PORT;
    const secured = tls !== undefined && tls.mode !== 'DISABLED';
    if (own) report(where, `port ${port} is the proxy's own`);
    else if (secured) report(where, 'it asks for TLS, which is not built yet: its connections are closed');
    return !own && !secured;
  });
}
