import type { Resource } from '../../../xds/types.ts';
import type { HeaderCondition } from '../envoy/routes/match.ts';
import {
  servicePortRoutes,
  routeConfiguration,
  virtualHost,
  type RouteInit,
  type VirtualHostInit,
} from '../envoy/routes/routes.ts';
import type { UpstreamMesh } from '../envoy/clusters/upstream.ts';
import * as names from '../names.ts';
import type { HttpServicePort } from '../services/service-port.ts';
import type { Report } from '../problems.ts';
import type { GatewayPlan } from './plan.ts';
import type { GatewayService } from './rules.ts';

type Host = VirtualHostInit & { name: string; domains: string[] };

/** The virtual host of requests whose host name was not rewritten. */
const DEFAULT_HOST = 'default_backend';

/** Returns the name of the second pass's routes: the single listener has one set, named after the gateway's first protocol. */
export function secondPassName(plan: GatewayPlan): string {
  return names.egressRoutes(plan.listeners[0]?.spec.portMapping.protocol ?? 'http', names.EGRESS_PORT);
}

/** Returns the second pass: the routes of the virtual services, selected by the name that the first pass set. `readable`: as for
 * `aggregateStats`. */
export function secondPass(
  mesh: UpstreamMesh,
  plan: GatewayPlan,
  readable: boolean,
  report: Report,
): Resource {
  const rules = plan.listeners.flatMap((listener) => listener.rules);
  const byHeader = plan.services.filter((service) =>
    rules.some((rule) => rule.service === service && !rule.rewritesHost),
  );
  const headerRouted = byHeader.flatMap((service) => headerRoutedRoutes(mesh, service, readable));
  const hosts = distinct(
    plan.services.map((service): Host => {
      const domains = [...names.domains(service.name, names.EGRESS_PORT)];
      return {
        name: service.name,
        domains,
        routes: [...headerRouted, ...serviceRoutes(mesh, service, [], readable)],
      };
    }),
    report,
  );
  const wildcard = hosts.some(({ domains }) => domains.includes('*'));
  const others =
    headerRouted.length > 0 && !wildcard
      ? [{ name: DEFAULT_HOST, domains: ['*'], routes: headerRouted }]
      : [];
  return routeConfiguration(secondPassName(plan), [...hosts, ...others].map(virtualHost));
}

/** Host names are compared case-insensitively; of two services with the same host name, the first by name gets it. */
function distinct(hosts: readonly Host[], report: Report): readonly Host[] {
  const taken = new Map<string, string>();
  return hosts.filter(({ name, domains }) => {
    const keys = domains.map((domain) => domain.toLowerCase());
    const rival = keys.map((key) => taken.get(key)).find((each) => each !== undefined);
    if (rival !== undefined) {
      report(`virtualService/${name}`, `its host names collide with those of virtual service ${rival}`);
      return false;
    }
    for (const key of keys) taken.set(key, name);
    return true;
  });
}

/** Returns the header-routed requests' routes; they come first, because the Host may be another service's name. */
function headerRoutedRoutes(
  mesh: UpstreamMesh,
  service: GatewayService,
  readable: boolean,
): readonly RouteInit[] {
  const named = { name: names.SERVICE_HEADER, match: { exact: service.name } };
  return serviceRoutes(mesh, service, [named], readable).map((route) => ({
    ...route,
    responseHeadersToRemove: [names.SERVICE_HEADER],
  }));
}

/** A header selects the port of a service with several ports; it is removed before the application sees it. */
function serviceRoutes(
  mesh: UpstreamMesh,
  { servicePorts }: GatewayService,
  headers: readonly HeaderCondition[],
  readable: boolean,
): readonly RouteInit[] {
  return servicePorts.flatMap((servicePort) => {
    if (servicePorts.length === 1)
      return servicePortRoutes(mesh, withHeaders(servicePort, headers), readable);
    const port = { name: names.PORT_HEADER, match: { exact: String(servicePort.port) } };
    return servicePortRoutes(mesh, withHeaders(servicePort, [...headers, port]), readable).map((route) => ({
      ...route,
      requestHeadersToRemove: [names.PORT_HEADER],
    }));
  });
}

function withHeaders(servicePort: HttpServicePort, headers: readonly HeaderCondition[]): HttpServicePort {
  const rules = servicePort.rules.map((rule) => ({
    ...rule,
    conditions: { ...rule.conditions, headers: [...rule.conditions.headers, ...headers] },
  }));
  return { ...servicePort, rules };
}
