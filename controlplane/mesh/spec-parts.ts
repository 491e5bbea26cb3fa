import type { Kind, Resource } from './resource.ts';
import type { GatewayRouteSpec, GatewayRouteTarget, RouteSpec, WeightedTargets } from '../model/types.ts';

/** The parts that routes of all protocols have. */
export type AnyRoute = {
  readonly member: (keyof RouteSpec & keyof GatewayRouteSpec) | 'tcpRoute';
  readonly match: { readonly port?: number };
  readonly action: { readonly weightedTargets: WeightedTargets };
};

/** Narrows a resource to its kind. */
export function isKind<K extends Kind>(resource: Resource, kind: K): resource is Resource<K> {
  return resource.kind === kind;
}

/** Returns the one route in a route's specification, whatever its protocol. */
export function routeOf({ grpcRoute, http2Route, httpRoute, tcpRoute }: RouteSpec): AnyRoute | undefined {
  if (grpcRoute !== undefined) return { member: 'grpcRoute', ...grpcRoute };
  if (http2Route !== undefined) return { member: 'http2Route', ...http2Route };
  if (httpRoute !== undefined) return { member: 'httpRoute', ...httpRoute };
  if (tcpRoute !== undefined) {
    return { member: 'tcpRoute', action: tcpRoute.action, match: tcpRoute.match ?? {} };
  }
  return undefined;
}

/** Returns the target of a gateway route, whatever its protocol. */
export function targetOf({
  grpcRoute,
  http2Route,
  httpRoute,
}: GatewayRouteSpec): GatewayRouteTarget | undefined {
  return (grpcRoute ?? http2Route ?? httpRoute)?.action.target;
}

/** Returns the port that a gateway route matches, and the member that has it. */
export function gatewayMatchOf({
  grpcRoute,
  http2Route,
  httpRoute,
}: GatewayRouteSpec): { readonly member: string; readonly port: number | undefined } | undefined {
  if (grpcRoute !== undefined) return { member: 'grpcRoute', port: grpcRoute.match.port };
  if (http2Route !== undefined) return { member: 'http2Route', port: http2Route.match.port };
  if (httpRoute !== undefined) return { member: 'httpRoute', port: httpRoute.match.port };
  return undefined;
}
