import type { ServiceView, VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { Listener } from '../../model/types.ts';
import type { Resource } from '../../../xds/types.ts';
import { applicationRetryPolicy } from '../envoy/routes/retry.ts';
import {
  offerHost,
  routeConfiguration,
  virtualHost,
  wholeRoute,
  type EncodedHost,
} from '../envoy/routes/routes.ts';
import type { UpstreamMesh } from '../envoy/clusters/upstream.ts';
import { requestTimes } from '../listener-times.ts';
import { createMemo } from '../memo.ts';
import * as names from '../names.ts';
import { unreported, type Report } from '../problems.ts';
import { offers } from '../services/services.ts';
import type { EgressPort, OfferAt } from './egress.ts';
import type { OwnView } from './own-view.ts';
import { allowsAll } from './listeners.ts';

/** The routes to the application beside the proxy, one configuration a listener. */
export function ingressRoutes(
  view: OwnView,
  listeners: readonly Listener[],
  report: Report,
): readonly Resource[] {
  return listeners.flatMap((listener) => {
    const { portMapping, timeout } = listener;
    const { port, protocol } = portMapping;
    if (timeout !== undefined && timeout[protocol] === undefined) {
      const where = `virtualNode/${view.name}/listener/${port}/timeout`;
      report(where, `it sets no limit, because it is not for ${protocol}`);
    }
    if (protocol === 'tcp') return [];
    const cluster = names.ingressCluster(view.mesh.name, view.name, protocol, port);
    const retry = protocol === 'http' ? undefined : applicationRetryPolicy();
    const route = wholeRoute(cluster, requestTimes(listener), retry);
    const name = names.ingressRoutes(protocol, port);
    return [routeConfiguration(name, [virtualHost({ name: 'ingress', domains: ['*'], routes: [route] })])];
  });
}

/** Of one port, which offers its routes are made of, and what else is in them. */
export type PortRoutes = {
  readonly name: string;
  readonly hosts: readonly OfferAt[];
  readonly others: readonly EncodedHost[];
};

/**
 * What the routes to the backends are made of, one configuration a port. A request for another host goes, with ALLOW_ALL, to
 * the address that the application asked for, without any limit of ours; without it, Envoy answers 404.
 */
export function portRoutes(
  view: OwnView,
  mesh: UpstreamMesh,
  ports: readonly EgressPort[],
): readonly PortRoutes[] {
  return ports.flatMap(({ port, http }) => {
    if (http === undefined) return [];
    const taken = http.hosts.some(({ reach }) => names.domains(reach.service, port).includes('*'));
    return {
      name: names.egressRoutes(http.protocol, port),
      hosts: http.hosts.map(({ at }) => at),
      others: allowsAll(view) && !taken ? [allowAllHost(mesh)] : [],
    };
  });
}

/** The routes to the backends as these are now; a port's configuration is made again only if one of its hosts is. */
export function egressRoutes(
  view: VirtualNodeView,
  mesh: UpstreamMesh,
  ports: readonly PortRoutes[],
): readonly Resource[] {
  return ports.map(({ name, hosts, others }) => {
    const all = hosts.flatMap(
      ({ service, offer }) => serviceHosts(view.services[service], mesh)[offer] ?? [],
    );
    all.push(...others);
    return configurations(view.spec, name, unreported, () => routeConfiguration(name, all), all);
  });
}

const configurations = createMemo<Resource>();

/** The virtual host of each of a service's offers, undefined for TCP: encoded once for all that call the service. */
function serviceHosts(
  service: ServiceView | undefined,
  mesh: UpstreamMesh,
): readonly (EncodedHost | undefined)[] {
  if (service === undefined) return [];
  return hostsOf(service, mesh.name, unreported, () =>
    offers(service, unreported).map((offer) => (offer.kind === 'http' ? offerHost(mesh, offer) : undefined)),
  );
}

const hostsOf = createMemo<readonly (EncodedHost | undefined)[]>();

/** For hosts outside the mesh: no limit on time or silence, and nothing of Envoy's own in the answer. */
function allowAllHost(mesh: UpstreamMesh): EncodedHost {
  const route = wholeRoute(names.allowAllCluster(mesh.name), { timeout: 0, idle: 0 });
  const responseHeadersToRemove = ['x-envoy-upstream-service-time'];
  return virtualHost({ name: 'mesh-allow-all', domains: ['*'], routes: [route], responseHeadersToRemove });
}
