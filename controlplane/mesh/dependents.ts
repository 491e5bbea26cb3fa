import { isDeepStrictEqual } from 'node:util';
import { backendNames, gatewayRouteTargets, routeTargets } from './references.ts';
import type { Change, Resource, ResourceId } from './resource.ts';
import { NO_SECURITY, referredProxy } from './security.ts';
import { targetNode } from './services.ts';
import type { ProxyId } from './proxy-view.ts';

/**
 * Dependency graph of the whole model. A walk leads from a changed resource to the proxies that see it: the cost is that of the
 * walk, whatever the size of the mesh.
 */
export class Dependents {
  readonly #resources = new Map<Vertex, Resource>();
  readonly #users = new Map<Vertex, Set<Vertex>>();
  readonly #children = new Map<Vertex, Set<Vertex>>();

  /**
   * Applies changes, oldest first, and returns every proxy whose view differs afterwards, each once. That includes deleted
   * proxies, which have no view any more. Calls `onTarget` with every virtual node whose callers may differ afterwards.
   */
  apply(
    changes: readonly Change[],
    onTarget?: (node: ResourceId<'virtualNode'>) => void,
  ): readonly ProxyId[] {
    const proxies = new Map<Vertex, ProxyId>();
    for (const change of changes) {
      const before = onTarget && this.#below(vertex(change.id));
      const touched = this.#replace(change);
      if (touched.length === 0) continue;
      if (onTarget !== undefined) [...(before ?? []), ...this.#below(vertex(change.id))].forEach(onTarget);
      if (isProxy(change.id)) proxies.set(vertex(change.id), plain(change.id));
      for (const id of this.#above(touched)) proxies.set(vertex(id), plain(id));
    }
    return [...proxies.values()];
  }

  /** Returns every proxy that may send traffic to a virtual node, each once. */
  callersOf(node: ResourceId<'virtualNode'>): readonly ProxyId[] {
    return this.#above([asTarget(node)]).map(plain);
  }

  /** Stores the new state. Returns the vertices that changed. */
  #replace({ id, resource }: Change): readonly Vertex[] {
    const key = vertex(id);
    const before = this.#resources.get(key);
    if (resource === undefined) this.#resources.delete(key);
    else this.#resources.set(key, resource);
    this.#adopt(key, resource !== undefined);
    if (isDeepStrictEqual(before?.spec, resource?.spec)) return [];
    if (before !== undefined) for (const used of uses(before)) this.#unlink(used, key);
    if (resource !== undefined) for (const used of uses(resource)) this.#link(used, key);
    const secured = isDeepStrictEqual(security(before), security(resource))
      ? []
      : [before, resource].flatMap((each) => (each === undefined ? [] : securedBy(each)));
    return isDeepStrictEqual(seenByCallers(before), seenByCallers(resource))
      ? [key, ...secured]
      : [key, asTarget(id), ...secured];
  }

  /** Returns every proxy with a path to one of these vertices. Paths go only through existing resources. */
  #above(touched: readonly Vertex[]): readonly ProxyId[] {
    const found: ProxyId[] = [];
    const reached = new Set<Vertex>(touched);
    for (const key of reached) {
      const resource = this.#resources.get(key);
      if (resource !== undefined && isProxy(resource)) found.push(resource);
      if (resource === undefined && !touched.includes(key)) continue;
      const parent = parentOf(key);
      if (parent !== undefined) reached.add(parent);
      for (const user of this.#users.get(key) ?? []) reached.add(user);
    }
    return found;
  }

  /** Returns every virtual node that a resource, if it exists, leads to: the paths of `#above`, in the other direction. */
  #below(start: Vertex): readonly ResourceId<'virtualNode'>[] {
    const found: ResourceId<'virtualNode'>[] = [];
    const reached = new Set<Vertex>([start]);
    for (const key of reached) {
      const target = targetOf(key);
      if (target !== undefined) found.push(target);
      const resource = this.#resources.get(key);
      if (resource === undefined) continue;
      for (const used of uses(resource)) reached.add(used);
      for (const child of this.#children.get(key) ?? []) reached.add(child);
    }
    return found;
  }

  #adopt(child: Vertex, exists: boolean): void {
    const parent = parentOf(child);
    if (parent === undefined) return;
    const children = this.#children.get(parent) ?? new Set();
    if (exists) this.#children.set(parent, children.add(child));
    else if (children.delete(child) && children.size === 0) this.#children.delete(parent);
  }

  #link(used: Vertex, user: Vertex): void {
    const users = this.#users.get(used) ?? new Set();
    this.#users.set(used, users.add(user));
  }

  #unlink(used: Vertex, user: Vertex): void {
    const users = this.#users.get(used);
    users?.delete(user);
    if (users?.size === 0) this.#users.delete(used);
  }
}

type Vertex = string;

function vertex({ kind, owner, mesh, parent, name }: ResourceId): Vertex {
  return [kind, owner, mesh, parent, name].join('\0');
}

/** A virtual node has a second vertex, for the part that its callers see. */
function asTarget(id: ResourceId): Vertex {
  return `target\0${vertex(id)}`;
}

/** The virtual node to which this second vertex belongs. */
function targetOf(key: Vertex): ResourceId<'virtualNode'> | undefined {
  const [mark, kind, owner = '', mesh = '', parent = '', name = ''] = key.split('\0');
  return mark === 'target' && kind === 'virtualNode' ? { kind, owner, mesh, parent, name } : undefined;
}

/** The virtual router of a route, the virtual gateway of a gateway route: each depends on its children. */
function parentOf(key: Vertex): Vertex | undefined {
  const [kind, owner = '', mesh = '', name = ''] = key.split('\0');
  if (kind === 'route') return vertex({ kind: 'virtualRouter', owner, mesh, parent: '', name });
  if (kind === 'gatewayRoute') return vertex({ kind: 'virtualGateway', owner, mesh, parent: '', name });
  return undefined;
}

function isProxy(id: ResourceId): id is ProxyId {
  return id.kind === 'virtualNode' || id.kind === 'virtualGateway';
}

function plain({ kind, owner, mesh, parent, name }: ProxyId): ProxyId {
  return { kind, owner, mesh, parent, name };
}

/** Returns the part of a virtual node's own specification that callers see; its security is that of other resources. */
function seenByCallers(resource: Resource | undefined): unknown {
  return is(resource, 'virtualNode') ? targetNode(resource.name, resource.spec, NO_SECURITY) : undefined;
}

/** Returns the part of a resource that decides the security of proxies. */
function security(resource: Resource | undefined): unknown {
  if (!is(resource, 'meshIdentity') && !is(resource, 'nodeIdentity')) return undefined;
  const { mtls, authorization } = resource.spec;
  if (mtls === undefined && authorization === undefined) return undefined;
  return { mtls, authorization, ...('proxy' in resource.spec ? { proxy: resource.spec.proxy } : {}) };
}

/** The proxies whose security a resource decides: those of the mesh, which all use its vertex, or one, with its callers. */
function securedBy(resource: Resource): readonly Vertex[] {
  const at = { owner: resource.owner, mesh: resource.mesh, parent: '' };
  if (is(resource, 'meshIdentity')) return [vertex({ ...at, kind: 'mesh', name: at.mesh })];
  if (!is(resource, 'nodeIdentity')) return [];
  const proxy = { ...at, ...referredProxy(resource.spec.proxy) };
  return [vertex(proxy), asTarget(proxy)];
}

/** The vertices on which a resource's part of a view depends. A child is linked the other way round: its parent uses it. */
function uses(resource: Resource): readonly Vertex[] {
  const at = { owner: resource.owner, mesh: resource.mesh, parent: '' };
  const mesh = vertex({ ...at, kind: 'mesh', name: at.mesh });
  const service = (name: string): Vertex => vertex({ ...at, kind: 'virtualService', name });
  const target = (name: string): Vertex => asTarget({ ...at, kind: 'virtualNode', name });
  if (is(resource, 'virtualNode')) return [mesh, ...backendNames(resource.spec).map(service)];
  if (is(resource, 'virtualGateway')) return [mesh];
  if (is(resource, 'gatewayRoute')) return gatewayRouteTargets(resource.spec).map(service);
  if (is(resource, 'route')) return routeTargets(resource.spec).map(target);
  if (is(resource, 'virtualService')) {
    const { virtualNode, virtualRouter } = resource.spec.provider ?? {};
    if (virtualNode !== undefined) return [target(virtualNode.virtualNodeName)];
    if (virtualRouter === undefined) return [];
    return [vertex({ ...at, kind: 'virtualRouter', name: virtualRouter.virtualRouterName })];
  }
  return [];
}

function is<K extends Resource['kind']>(resource: Resource | undefined, kind: K): resource is Resource<K> {
  return resource?.kind === kind;
}
