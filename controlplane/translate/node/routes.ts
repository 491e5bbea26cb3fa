import type { VirtualNodeView } from '../../mesh/view.ts';
import type { HttpTimeout, Listener } from '../../model/types.ts';
import type { Resource } from '../../../xds/types.ts';
import { REQUEST_TIMEOUT } from '../defaults.ts';
import { milliseconds } from '../envoy/duration.ts';
import { offerHost, routeConfiguration, virtualHost, wholeRoute, type EncodedHost } from '../envoy/routes.ts';
import type { UpstreamMesh } from '../envoy/upstream.ts';
import * as names from '../names.ts';
import type { Report } from '../problems.ts';
import type { EgressPort } from './egress.ts';
import { allowsAll } from './listeners.ts';

/** The routes to the application beside the proxy, one configuration a listener. */
export function ingressRoutes(
  view: VirtualNodeView,
  listeners: readonly Listener[],
  report: Report,
): readonly Resource[] {
  return listeners.flatMap(({ portMapping: { port, protocol }, timeout }) => {
    const own: HttpTimeout | undefined = timeout?.[protocol];
    if (timeout !== undefined && own === undefined) {
      const where = `virtualNode/${view.name}/listener/${port}/timeout`;
      report(where, `it sets no limit, because it is not for ${protocol}`);
    }
    if (protocol === 'tcp') return [];
    const cluster = names.ingressCluster(view.mesh.name, view.name, protocol, port);
    const route = wholeRoute(cluster, {
      timeout: milliseconds(own?.perRequest) ?? REQUEST_TIMEOUT,
      idle: milliseconds(own?.idle),
    });
    const name = names.ingressRoutes(protocol, port);
    return [routeConfiguration(name, [virtualHost({ name: 'ingress', domains: ['*'], routes: [route] })])];
  });
}

/**
 * The routes to the backends, one configuration a port. A request for another host goes, with ALLOW_ALL, to the address
 * that the application asked for, without any limit of ours; without it, Envoy answers 404.
 */
export function egressRoutes(
  view: VirtualNodeView,
  mesh: UpstreamMesh,
  ports: readonly EgressPort[],
): readonly Resource[] {
  return ports.flatMap((port) => {
    if (port.kind === 'tcp') return [];
    const hosts = port.hosts.map(({ offer, domains }) => offerHost(mesh, offer, domains));
    const taken = port.hosts.some(({ domains }) => domains.includes('*'));
    const others = allowsAll(view) && !taken ? [allowAllHost(mesh)] : [];
    return [routeConfiguration(names.egressRoutes(port.protocol, port.port), [...hosts, ...others])];
  });
}

function allowAllHost(mesh: UpstreamMesh): EncodedHost {
  const route = wholeRoute(names.allowAllCluster(mesh.name), { timeout: 0, idle: undefined });
  return virtualHost({ name: 'mesh-allow-all', domains: ['*'], routes: [route] });
}
