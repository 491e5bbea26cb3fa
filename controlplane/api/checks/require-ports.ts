import type { Model } from '../../mesh/model.ts';
import type { Kind, Resource, ResourceId } from '../../mesh/resource.ts';
import { routesThatDependOn } from './dependent-routes.ts';
import { badRequest } from '../../http/errors.ts';
import { missingPortMessages, type MissingPort } from './missing-ports.ts';
import { gatewayMatchOf, isKind, routeOf, targetOf } from '../../mesh/spec-parts.ts';
import { elementPath } from '../validation/violation.ts';

/** The part of a listener that this check reads. */
type Listener = { readonly portMapping: { readonly port: number } };

/**
 * Requires that a route names the port of a listener, if there are several: a route for its router and for each target, a gateway
 * route for its gateway and for the provider of its virtual service. A change is also checked against the existing routes.
 * A route may name a port or protocol that no listener has, because a router and its routes are updated one after the other,
 * in either order. Such a route has no effect until the listener exists, and the status lists it.
 * @throws ApiError BadRequestException that lists the missing ports
 */
export function requirePorts(model: Model, changed: Resource): void {
  const missing = missingPorts(model, changed);
  if (missing.length > 0) throw badRequest(missingPortMessages(changed, missing).join('. '));
}

/** Returns the ports that would be missing after the change: in the changed resource, and in the existing routes. */
export function missingPorts(model: Model, changed: Resource): readonly MissingPort[] {
  const view = viewWith(model, changed);
  return [changed, ...routesThatDependOn(model, changed)].flatMap((route) => missingIn(view, route));
}

/** The part of the changed model that the checks read. */
type View = {
  listenersOf(
    kind: 'virtualNode' | 'virtualRouter' | 'virtualGateway',
    near: ResourceId,
    name: string,
  ): readonly Listener[];
  providerListeners(near: ResourceId, service: string): readonly Listener[];
};

function viewWith(model: Model, changed: Resource): View {
  const get = <K extends Kind>(
    kind: K,
    { owner, mesh }: ResourceId,
    name: string,
  ): Resource<K> | undefined => {
    const id = { kind, owner, mesh, parent: '', name };
    const isChanged =
      changed.kind === kind && changed.name === name && changed.mesh === mesh && changed.owner === owner;
    return isChanged ? (changed as Resource<K>) : model.get<K>(id);
  };
  const listenersOf: View['listenersOf'] = (kind, near, name) => get(kind, near, name)?.spec.listeners ?? [];
  return {
    listenersOf,
    providerListeners: (near, service) => {
      const { virtualNode, virtualRouter } = get('virtualService', near, service)?.spec.provider ?? {};
      if (virtualNode !== undefined) return listenersOf('virtualNode', near, virtualNode.virtualNodeName);
      if (virtualRouter !== undefined)
        return listenersOf('virtualRouter', near, virtualRouter.virtualRouterName);
      return [];
    },
  };
}

function missingIn(view: View, resource: Resource): readonly MissingPort[] {
  if (isKind(resource, 'route')) return missingInRoute(view, resource);
  if (isKind(resource, 'gatewayRoute')) return missingInGatewayRoute(view, resource);
  return [];
}

function missingInRoute(view: View, route: Resource<'route'>): readonly MissingPort[] {
  const typed = routeOf(route.spec);
  if (typed === undefined) return [];
  const { member, match, action } = typed;
  const targets = `spec.${member}.action.weightedTargets`;
  return [
    ...missingPort(match.port, view.listenersOf('virtualRouter', route, route.parent), {
      route,
      use: 'match',
      path: `spec.${member}.match.port`,
    }),
    ...action.weightedTargets.flatMap(({ virtualNode, port }, index) =>
      missingPort(port, view.listenersOf('virtualNode', route, virtualNode), {
        route,
        use: 'target',
        path: `${elementPath(targets, index)}.port`,
      }),
    ),
  ];
}

function missingInGatewayRoute(view: View, route: Resource<'gatewayRoute'>): readonly MissingPort[] {
  const match = gatewayMatchOf(route.spec);
  const target = targetOf(route.spec);
  if (match === undefined || target === undefined) return [];
  return [
    ...missingPort(match.port, view.listenersOf('virtualGateway', route, route.parent), {
      route,
      use: 'match',
      path: `spec.${match.member}.match.port`,
    }),
    ...missingPort(target.port, view.providerListeners(route, target.virtualService.virtualServiceName), {
      route,
      use: 'target',
      path: `spec.${match.member}.action.target.port`,
    }),
  ];
}

function missingPort(
  port: number | undefined,
  listeners: readonly Listener[],
  place: Omit<MissingPort, 'ports'>,
): readonly MissingPort[] {
  if (port !== undefined || listeners.length < 2) return [];
  return [{ ...place, ports: listeners.map(({ portMapping }) => portMapping.port) }];
}
