import type { GatewayRouteSpec, RouteSpec, VirtualNodeSpec } from '../model/types.ts';

/** Returns the virtual services that a virtual node names as backends. */
export function backendNames(spec: VirtualNodeSpec): readonly string[] {
  return (spec.backends ?? []).flatMap(({ virtualService }) => virtualService?.virtualServiceName ?? []);
}

/** Returns the virtual nodes that a route sends to. */
export function routeTargets(spec: RouteSpec): readonly string[] {
  const routes = [spec.httpRoute, spec.http2Route, spec.grpcRoute, spec.tcpRoute];
  return routes.flatMap((route) => route?.action.weightedTargets.map((target) => target.virtualNode) ?? []);
}

/** Returns the virtual services that a gateway route sends to. */
export function gatewayRouteTargets(spec: GatewayRouteSpec): readonly string[] {
  const routes = [spec.httpRoute, spec.http2Route, spec.grpcRoute];
  return routes.flatMap((route) => route?.action.target.virtualService.virtualServiceName ?? []);
}

/** Returns each name once, sorted. */
export function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
