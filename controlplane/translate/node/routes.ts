import type { ServiceView, VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { Listener } from '../../model/types.ts';
import type { Resource } from '../../../xds/types.ts';
import { applicationRetryPolicy } from '../envoy/routes/retry.ts';
import {
  servicePortHost,
  type HostForm,
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
import { servicePorts } from '../services/services.ts';
import type { EgressPort, ServicePortIndex } from './egress.ts';
import type { OwnView } from './own-view.ts';
import { allowsAll } from './listeners.ts';

/** Returns the routes to the local application, one configuration per listener. */
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

/** The service ports of one port's route configuration, and its other members. */
export type PortRoutes = {
  readonly name: string;
  readonly hosts: readonly ServicePortIndex[];
  readonly others: readonly EncodedHost[];
  /** `named`: a host has the domains of its service. `whole`: it takes each request, whatever its Host header. */
  readonly form: HostForm;
};

/**
 * Returns the input of the routes to the backends, one configuration per port. With ALLOW_ALL, a request for another host goes
 * to its original destination without a limit of ours; without ALLOW_ALL, Envoy answers 404.
 */
export function portRoutes(
  view: OwnView,
  mesh: UpstreamMesh,
  ports: readonly EgressPort[],
): readonly PortRoutes[] {
  return ports.flatMap(({ port, http }) => {
    if (http === undefined) return [];
    const taken = http.hosts.some(({ staticPort }) => names.domains(staticPort.service, port).includes('*'));
    return {
      name: names.egressRoutes(http.protocol, port),
      hosts: http.hosts.map(({ at }) => at),
      others: allowsAll(view) && !taken ? [allowAllHost(mesh)] : [],
      form: 'named',
    };
  });
}

/** Returns the same for listeners on loopback: one configuration per backend. */
export function loopbackRoutes(ports: readonly EgressPort[]): readonly PortRoutes[] {
  return ports.flatMap(({ http }) =>
    (http?.hosts ?? []).map(({ staticPort: { protocol, port, service }, at }) => ({
      name: names.loopbackRoutes(protocol, port, service),
      hosts: [at],
      others: [],
      form: 'whole' as const,
    })),
  );
}

/** Returns the current routes to the backends; a port's configuration is rebuilt only if one of its hosts is. `readable`: as for `aggregateStats`. */
export function egressRoutes(
  view: VirtualNodeView,
  mesh: UpstreamMesh,
  ports: readonly PortRoutes[],
  readable: boolean,
): readonly Resource[] {
  return ports.map(({ name, hosts, others, form }) => {
    const all = hosts.flatMap(
      ({ service, servicePort }) =>
        serviceHosts(view.services[service], { mesh, readable, form })[servicePort] ?? [],
    );
    all.push(...others);
    return configurations(view.spec, name, unreported, () => routeConfiguration(name, all), all);
  });
}

const configurations = createMemo<Resource>();

/** All that virtual hosts depend on besides the service. It is the cache key as a whole. */
type HttpCaller = { readonly mesh: UpstreamMesh; readonly readable: boolean; readonly form: HostForm };

/** Returns the virtual host of each service port, undefined for TCP: encoded once for all callers of the service. */
function serviceHosts(
  service: ServiceView | undefined,
  caller: HttpCaller,
): readonly (EncodedHost | undefined)[] {
  if (service === undefined) return [];
  const { mesh, readable, form } = caller;
  return hostsOf(service, JSON.stringify(caller), unreported, () =>
    servicePorts(service, unreported).map((servicePort) =>
      servicePort.kind === 'http' ? servicePortHost(mesh, servicePort, readable, form) : undefined,
    ),
  );
}

const hostsOf = createMemo<readonly (EncodedHost | undefined)[]>();

/** For hosts outside the mesh: no time limit, no idle time-out, and none of Envoy's headers in the response. */
function allowAllHost(mesh: UpstreamMesh): EncodedHost {
  const route = wholeRoute(names.allowAllCluster(mesh.name), { timeout: 0, idle: 0 });
  const responseHeadersToRemove = ['x-envoy-upstream-service-time'];
  return virtualHost({ name: 'mesh-allow-all', domains: ['*'], routes: [route], responseHeadersToRemove });
}
