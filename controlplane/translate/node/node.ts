import type { VirtualNodeView } from '../../mesh/view.ts';
import type { Listener } from '../../model/types.ts';
import { accessLogs } from '../envoy/access-log.ts';
import { addresses } from '../envoy/address.ts';
import { EGRESS_PORT, INGRESS_PORT } from '../names.ts';
import type { Report } from '../problems.ts';
import type { Features, ProxyResources } from '../proxy.ts';
import { onePerPort } from '../targets.ts';
import { egressClusters, ingressClusters } from './clusters.ts';
import { egressPorts } from './egress.ts';
import { egressListener, ingressListener } from './listeners.ts';
import { egressRoutes, ingressRoutes } from './routes.ts';

/** All that the sidecar of a virtual node is to have. */
export function nodeResources(view: VirtualNodeView, features: Features, report: Report): ProxyResources {
  const ipPreference = view.mesh.spec.serviceDiscovery?.ipPreference;
  const mesh = { name: view.mesh.name, ipPreference };
  const at = addresses(ipPreference, features.ipv6);
  const accessLog = accessLogs(view.spec.logging, `virtualNode/${view.name}`, report);
  const listeners = workingListeners(view, report);
  const ports = egressPorts(view, report);
  return {
    clusters: [...ingressClusters(view, listeners, at, report), ...egressClusters(view, mesh, ports, report)],
    endpoints: [],
    listeners: [
      ...ingressListener(view, listeners, at, accessLog),
      egressListener(view, mesh, ports, at, accessLog),
    ],
    routes: [...ingressRoutes(view, listeners, report), ...egressRoutes(view, mesh, ports)],
  };
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
