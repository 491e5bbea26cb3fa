import type { Model } from '../../mesh/model.ts';
import type { Kind, Resource, ResourceId } from '../../mesh/resource.ts';
import { routesThatDependOn } from './dependent-routes.ts';
import { badRequest } from '../../http/errors.ts';
import { sentencesOf, type MissingPort } from './missing-ports.ts';
import { gatewayMatchOf, isKind, routeOf, targetOf } from '../../mesh/spec-parts.ts';
import { elementPath } from '../validation/violation.ts';

/** The part of a listener that routes depend on. */
type Listener = { readonly portMapping: { readonly port: number } };

/**
 * Where several listeners leave a choice, a port must name one: in a route for its router and for each target, in a
 * gateway route for its gateway and for the provider of its virtual service. A change is held against the routes that
 * are there already, too. A route that names a port or a protocol which no listener has is taken: a router and its
 * routes are updated one after the other, in whichever order. It has no effect meanwhile, and the status lists it.
 * @throws ApiError BadRequestException that lists where a port is missing
 */
export function requireConsistent(model: Model, changed: Resource): void {
  const missing = missingPorts(model, changed);
  if (missing.length > 0) throw badRequest(sentencesOf(changed, missing).join('. '));
}

/** Where a port is missing once a resource is as it is here: in itself, and in the routes that are there already. */
export function missingPorts(model: Model, changed: Resource): readonly MissingPort[] {
  const view = viewWith(model, changed);
  return [changed, ...routesThatDependOn(model, changed)].flatMap((route) => ofResource(view, route));
}

/** What the checks read: the model as it would be after the change. */
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

function ofResource(view: View, resource: Resource): readonly MissingPort[] {
  if (isKind(resource, 'route')) return ofRoute(view, resource);
  if (isKind(resource, 'gatewayRoute')) return ofGatewayRoute(view, resource);
  return [];
}

function ofRoute(view: View, route: Resource<'route'>): readonly MissingPort[] {
  const found = routeOf(route.spec);
  if (found === undefined) return [];
  const { member, match, action } = found;
  const targets = `spec.${member}.action.weightedTargets`;
  return [
    ...portNeeded(match.port, view.listenersOf('virtualRouter', route, route.parent), {
      route,
      use: 'match',
      path: `spec.${member}.match.port`,
    }),
    ...action.weightedTargets.flatMap(({ virtualNode, port }, index) =>
      portNeeded(port, view.listenersOf('virtualNode', route, virtualNode), {
        route,
        use: 'target',
        path: `${elementPath(targets, index)}.port`,
      }),
    ),
  ];
}

function ofGatewayRoute(view: View, route: Resource<'gatewayRoute'>): readonly MissingPort[] {
  const match = gatewayMatchOf(route.spec);
  const target = targetOf(route.spec);
  if (match === undefined || target === undefined) return [];
  return [
    ...portNeeded(match.port, view.listenersOf('virtualGateway', route, route.parent), {
      route,
      use: 'match',
      path: `spec.${match.member}.match.port`,
    }),
    ...portNeeded(target.port, view.providerListeners(route, target.virtualService.virtualServiceName), {
      route,
      use: 'target',
      path: `spec.${match.member}.action.target.port`,
    }),
  ];
}

function portNeeded(
  port: number | undefined,
  listeners: readonly Listener[],
  place: Omit<MissingPort, 'ports'>,
): readonly MissingPort[] {
  if (port !== undefined || listeners.length < 2) return [];
  return [{ ...place, ports: listeners.map(({ portMapping }) => portMapping.port) }];
}
