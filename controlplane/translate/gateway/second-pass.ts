import type { Resource } from '../../../xds/types.ts';
import type { HeaderCondition } from '../envoy/routes/match.ts';
import {
  offerRoutes,
  routeConfiguration,
  virtualHost,
  type RouteInit,
  type VirtualHostInit,
} from '../envoy/routes/routes.ts';
import type { UpstreamMesh } from '../envoy/clusters/upstream.ts';
import * as names from '../names.ts';
import type { HttpOffer } from '../services/offer.ts';
import type { Report } from '../problems.ts';
import type { GatewayPlan } from './plan.ts';
import type { GatewayService } from './rules.ts';

type Host = VirtualHostInit & { name: string; domains: string[] };

/** Where requests are found whose host name was not rewritten. */
const DEFAULT_HOST = 'default_backend';

/** The name of the second pass's routes: one listener has one set of them, named after the gateway's first protocol. */
export function secondPassName(plan: GatewayPlan): string {
  return names.egressRoutes(plan.listeners[0]?.spec.portMapping.protocol ?? 'http', names.EGRESS_PORT);
}

/** The second pass: the routes of the virtual services, found by the name that the first pass gave. */
export function secondPass(mesh: UpstreamMesh, plan: GatewayPlan, report: Report): Resource {
  const rules = plan.listeners.flatMap((listener) => listener.rules);
  const byHeader = plan.services.filter((service) =>
    rules.some((rule) => rule.service === service && !rule.rewritesHost),
  );
  const led = byHeader.flatMap((service) => ledRoutes(mesh, service));
  const hosts = distinct(
    plan.services.map((service): Host => {
      const domains = [...names.domains(service.name, names.EGRESS_PORT)];
      return { name: service.name, domains, routes: [...led, ...serviceRoutes(mesh, service, [])] };
    }),
    report,
  );
  const wildcard = hosts.some(({ domains }) => domains.includes('*'));
  const others = led.length > 0 && !wildcard ? [{ name: DEFAULT_HOST, domains: ['*'], routes: led }] : [];
  return routeConfiguration(secondPassName(plan), [...hosts, ...others].map(virtualHost));
}

/** Host names are compared without case; the first by name keeps one that two services would have. */
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

/** The routes for requests that a header leads; they come first, because their host may be another service's name. */
function ledRoutes(mesh: UpstreamMesh, service: GatewayService): readonly RouteInit[] {
  const named = { name: names.SERVICE_HEADER, match: { exact: service.name } };
  return serviceRoutes(mesh, service, [named]).map((route) => ({
    ...route,
    responseHeadersToRemove: [names.SERVICE_HEADER],
  }));
}

/** A service with several ports is told which one by a header, which the application is not to see. */
function serviceRoutes(
  mesh: UpstreamMesh,
  { offers }: GatewayService,
  headers: readonly HeaderCondition[],
): readonly RouteInit[] {
  return offers.flatMap((offer) => {
    if (offers.length === 1) return offerRoutes(mesh, withHeaders(offer, headers));
    const port = { name: names.PORT_HEADER, match: { exact: String(offer.port) } };
    return offerRoutes(mesh, withHeaders(offer, [...headers, port])).map((route) => ({
      ...route,
      requestHeadersToRemove: [names.PORT_HEADER],
    }));
  });
}

function withHeaders(offer: HttpOffer, headers: readonly HeaderCondition[]): HttpOffer {
  const rules = offer.rules.map((rule) => ({
    ...rule,
    conditions: { ...rule.conditions, headers: [...rule.conditions.headers, ...headers] },
  }));
  return { ...offer, rules };
}
