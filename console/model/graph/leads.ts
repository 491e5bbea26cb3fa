import type { Line, Piece, RouteShare } from './graph.ts';
import { backendNames, enforcesTls, keyOf, ofKind, type MeshModel, type Typed } from '../resources.ts';
import { targetsOf } from '../routes/routes.ts';

/** A part of the model that leads from a piece of the map to another one, which may not exist. Those with the same ends are one line. */
export type Lead = {
  /** The key of the piece that calls. */
  readonly from: string;
  readonly kind: 'virtualService' | 'virtualNode';
  readonly name: string;
  readonly routes?: readonly RouteShare[];
  readonly lock?: Line['lock'];
};

/** The routes of each router, by its name. */
export type RoutesOf = ReadonlyMap<string, readonly Typed<'route'>[]>;

/** Returns the leads from gateways to the services of their routes. */
export function gatewayLeads(model: MeshModel): readonly Lead[] {
  return ofKind(model, 'gatewayRoute').flatMap((route): Lead[] => {
    const { httpRoute, http2Route, grpcRoute } = route.spec;
    const name = (httpRoute ?? http2Route ?? grpcRoute)?.action.target.virtualService.virtualServiceName;
    if (name === undefined) return [];
    const routes = [{ key: keyOf(route), share: 1, only: true }];
    return [{ from: `virtualGateway/${route.parent}`, kind: 'virtualService', name, routes }];
  });
}

/** Returns the leads from virtual nodes to their backends. */
export function backendLeads(model: MeshModel): readonly Lead[] {
  return ofKind(model, 'virtualNode').flatMap((node) => {
    const standard = enforcesTls(node.spec.backendDefaults?.clientPolicy);
    return backendNames(node.spec.backends).map((name): Lead => {
      const own = node.spec.backends?.find(({ virtualService: v }) => v?.virtualServiceName === name);
      const policy = own?.virtualService?.clientPolicy;
      const tls = policy === undefined ? standard : enforcesTls(policy);
      return {
        from: `virtualNode/${node.name}`,
        kind: 'virtualService',
        name,
        lock: tls ? 'closed' : undefined,
      };
    });
  });
}

/** Returns the leads from virtual services to the nodes that serve them: their provider, or the targets of their router. */
export function targetLeads(
  model: MeshModel,
  routesOf: RoutesOf,
  pieces: ReadonlyMap<string, Piece>,
): readonly Lead[] {
  return ofKind(model, 'virtualService').flatMap((service) => {
    const { virtualNode, virtualRouter } = service.spec.provider ?? {};
    const to = (name: string, routes: readonly RouteShare[]): Lead => {
      // TLS of a line to a service is that of the caller's policy; here, that between proxies.
      const { tls } = pieces.get(`virtualNode/${name}`) ?? {};
      const lock = tls === 'mutual' ? 'closed' : tls === 'mutualOptional' ? 'optional' : undefined;
      return { from: `virtualService/${service.name}`, kind: 'virtualNode', name, routes, lock };
    };
    const routes = routesOf.get(virtualRouter?.virtualRouterName ?? '') ?? [];
    return [
      ...(virtualNode === undefined ? [] : [to(virtualNode.virtualNodeName, [])]),
      ...routes.flatMap((route) =>
        targetsOf(route.spec).map(({ virtualNode: name, share }) =>
          to(name, [{ key: keyOf(route), share, only: routes.length === 1 }]),
        ),
      ),
    ];
  });
}
