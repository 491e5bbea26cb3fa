import type { Model } from '../mesh/model.ts';
import type { Kind, Resource, ResourceId } from '../mesh/resource.ts';
import { routesThatDependOn } from './dependent-routes.ts';
import { title } from './identity.ts';
import { gatewayMatchOf, isKind, routeOf, targetOf } from './spec-parts.ts';
import { elementPath, refuse, type Violation } from './violation.ts';

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
  const view = viewWith(model, changed);
  refuse([
    ...problems(view, changed),
    ...routesThatDependOn(model, changed).flatMap((other) =>
      problems(view, other).map((found) => blame(other, found)),
    ),
  ]);
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

function problems(view: View, resource: Resource): readonly Violation[] {
  if (isKind(resource, 'route')) return routeProblems(view, resource);
  if (isKind(resource, 'gatewayRoute')) return gatewayRouteProblems(view, resource);
  return [];
}

function routeProblems(view: View, resource: Resource<'route'>): readonly Violation[] {
  const route = routeOf(resource.spec);
  if (route === undefined) return [];
  const { member, match, action } = route;
  const path = `spec.${member}`;
  return [
    ...portNeeded(view.listenersOf('virtualRouter', resource, resource.parent), {
      path: `${path}.match.port`,
      port: match.port,
      what: `virtual router ${resource.parent}`,
    }),
    ...action.weightedTargets.flatMap(({ virtualNode, port }, index) =>
      portNeeded(view.listenersOf('virtualNode', resource, virtualNode), {
        path: `${elementPath(`${path}.action.weightedTargets`, index)}.port`,
        port,
        what: `virtual node ${virtualNode}`,
      }),
    ),
  ];
}

function gatewayRouteProblems(view: View, resource: Resource<'gatewayRoute'>): readonly Violation[] {
  const match = gatewayMatchOf(resource.spec);
  const target = targetOf(resource.spec);
  if (match === undefined || target === undefined) return [];
  const { virtualServiceName } = target.virtualService;
  const path = `spec.${match.member}`;
  return [
    ...portNeeded(view.listenersOf('virtualGateway', resource, resource.parent), {
      path: `${path}.match.port`,
      port: match.port,
      what: `virtual gateway ${resource.parent}`,
    }),
    ...portNeeded(view.providerListeners(resource, virtualServiceName), {
      path: `${path}.action.target.port`,
      port: target.port,
      what: `the provider of virtual service ${virtualServiceName}`,
    }),
  ];
}

/** Where a port can stand in a route, what stands there, and whose listeners it tells apart. */
type PortUse = { readonly path: string; readonly port: number | undefined; readonly what: string };

function portNeeded(listeners: readonly Listener[], { path, port, what }: PortUse): readonly Violation[] {
  if (port !== undefined || listeners.length < 2) return [];
  const ports = listeners.map(({ portMapping }) => portMapping.port).join(', ');
  const constraint = `Member must be one of the ports [${ports}], because ${what} has several listeners`;
  return [{ path, value: undefined, constraint }];
}

function blame({ kind, parent, name }: Resource, { path, value, constraint }: Violation): Violation {
  const shown = value === undefined ? 'null' : JSON.stringify(value);
  return {
    path: 'spec',
    value: `${parent}/${name}`,
    constraint: `Member must suit ${title(kind)} ${name} under ${parent}, where ${path} is ${shown}: ${constraint}`,
  };
}
