import type { Model } from '../mesh/model.ts';
import type { Kind, Resource, ResourceId } from '../mesh/resource.ts';
import type { PortProtocol } from '../model/types.ts';
import { routesThatDependOn } from './dependent-routes.ts';
import { title } from './identity.ts';
import { gatewayMatchOf, isKind, routeOf, targetOf } from './spec-parts.ts';
import { elementPath, refuse, type Violation } from './violation.ts';

/** The parts of a listener that routes depend on. */
type Listener = { readonly portMapping: { readonly port: number; readonly protocol: PortProtocol } };

/**
 * Ports and protocols must fit together: those of a route with its router and its targets, those of a gateway route with
 * its gateway and its virtual service; where several listeners leave a choice, a port must name one. A change is held
 * against the routes that are there already, too.
 * @throws ApiError BadRequestException that lists what does not fit
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
  const { member, protocol, match, action } = route;
  const router = `virtual router ${resource.parent}`;
  const path = `spec.${member}`;
  return [
    ...fit(view.listenersOf('virtualRouter', resource, resource.parent), {
      path,
      portPath: `${path}.match.port`,
      port: match.port,
      protocol,
      what: router,
    }),
    ...action.weightedTargets.flatMap(({ virtualNode, port }, index) =>
      fit(view.listenersOf('virtualNode', resource, virtualNode), {
        path,
        portPath: `${elementPath(`${path}.action.weightedTargets`, index)}.port`,
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
    ...fit(view.listenersOf('virtualGateway', resource, resource.parent), {
      path,
      portPath: `${path}.match.port`,
      port: match.port,
      protocol: match.protocol,
      what: `virtual gateway ${resource.parent}`,
    }),
    ...fit(view.providerListeners(resource, virtualServiceName), {
      path,
      portPath: `${path}.action.target.port`,
      port: target.port,
      what: `the provider of virtual service ${virtualServiceName}`,
    }),
  ];
}

type Use = {
  /** Where the route stands, and where its port. */
  readonly path: string;
  readonly portPath: string;
  readonly port: number | undefined;
  /** The protocol that the listener must have; undefined where it may have any. */
  readonly protocol?: PortProtocol;
  readonly what: string;
};

function fit(
  listeners: readonly Listener[],
  { path, portPath, port, protocol, what }: Use,
): readonly Violation[] {
  if (listeners.length === 0) return [];
  const ports = listeners.map(({ portMapping }) => portMapping.port).join(', ');
  if (port === undefined && listeners.length > 1) {
    const constraint = `Member must be one of the ports [${ports}], because ${what} has several listeners`;
    return [{ path: portPath, value: undefined, constraint }];
  }
  const listener =
    port === undefined ? listeners[0] : listeners.find(({ portMapping }) => portMapping.port === port);
  if (listener === undefined) {
    return [
      { path: portPath, value: port, constraint: `Member must be one of the ports [${ports}] of ${what}` },
    ];
  }
  const found = listener.portMapping.protocol;
  if (protocol === undefined || protocol === found) return [];
  const constraint = `Member must be a route for ${found}, the protocol of port ${listener.portMapping.port} of ${what}`;
  return [{ path, value: protocol, constraint }];
}

function blame({ kind, parent, name }: Resource, { path, value, constraint }: Violation): Violation {
  const shown = value === undefined ? 'null' : JSON.stringify(value);
  return {
    path: 'spec',
    value: `${parent}/${name}`,
    constraint: `Member must suit ${title(kind)} ${name} under ${parent}, where ${path} is ${shown}: ${constraint}`,
  };
}
