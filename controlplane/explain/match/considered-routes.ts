import type { Route, VirtualHost } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { ConsideredRoute, Pass } from '../explanation.ts';
import type { Release } from '../release.ts';
import type { RoutedRequest } from '../request.ts';
import { judgeConditions } from './route-conditions.ts';
import { hostFor, type Hosts } from './virtual-host.ts';

/** The virtual host of a request, its routes in order, and the matching route. */
export type Consideration = Pick<Pass, 'virtualHost' | 'routes'> & {
  readonly host?: VirtualHost;
  readonly taken?: Route;
};

/** Routes a request like Envoy: one virtual host by the Host header, then its first matching route, or none. */
export function considerRoutes(hosts: Hosts, request: RoutedRequest, release: Release): Consideration {
  const found = hostFor(hosts, request.authority);
  if (found === undefined) return { routes: [] };
  const { host, domain } = found;
  const judged = host.routes.map((route) => judgeRoute(route, request, release));
  const index = judged.findIndex(({ verdict }) => verdict === 'taken');
  const routes = judged.map(
    (route, at): ConsideredRoute =>
      index !== -1 && at > index ? { name: route.name, verdict: 'not reached', why: [] } : route,
  );
  const taken = host.routes[index];
  return {
    virtualHost: { name: host.name, domain },
    host,
    routes,
    ...(taken === undefined ? {} : { taken }),
  };
}

function judgeRoute({ name, match }: Route, request: RoutedRequest, release: Release): ConsideredRoute {
  const open = judgeConditions(match, request, release).filter((each) => each.kind !== 'met');
  const failed = open.filter(({ kind }) => kind === 'unmet');
  const reasons = (failed.length > 0 ? failed : open).map(({ why }) => why);
  if (failed.length > 0) return { name, verdict: 'no match', why: reasons };
  return { name, verdict: open.length > 0 ? 'may match' : 'taken', why: reasons };
}
