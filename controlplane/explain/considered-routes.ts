import type { Route } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { AskedRequest } from './asked-request.ts';
import type { ConsideredRoute, Pass } from './explanation.ts';
import { unmetConditions } from './route-conditions.ts';
import { hostFor, type Hosts } from './virtual-host.ts';

/** The virtual host that a request meets, its routes in order, and the one that takes it. */
export type Consideration = Pick<Pass, 'virtualHost' | 'routes'> & { readonly taken?: Route };

/** Looks for a route as Envoy does: one virtual host by the Host header, then its first route that fits, or none. */
export function considerRoutes(hosts: Hosts, request: AskedRequest): Consideration {
  const found = hostFor(hosts, request.authority);
  if (found === undefined) return { routes: [] };
  const { host, domain } = found;
  const unmet = host.routes.map(({ match }) => unmetConditions(match, request));
  const index = unmet.findIndex((reasons) => reasons.length === 0);
  const routes = host.routes.map(({ name }, at): ConsideredRoute => {
    if (index !== -1 && at > index) return { name, verdict: 'not reached', why: [] };
    return { name, verdict: at === index ? 'taken' : 'no match', why: unmet[at] ?? [] };
  });
  const taken = host.routes[index];
  return { virtualHost: { name: host.name, domain }, routes, ...(taken === undefined ? {} : { taken }) };
}
