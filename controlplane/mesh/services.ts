import { isDeepStrictEqual } from 'node:util';
import type { VirtualNodeSpec } from '../model/types.ts';
import type { MeshHistory } from './mesh-history.ts';
import type { Model } from './model.ts';
import { routeTargets, unique } from './references.ts';
import type { Kind, MeshId } from './resource.ts';
import type { ProviderView, ProxySecurity, ServiceView, TargetNode } from './proxy-view.ts';
import { securityOf } from './security.ts';

/**
 * Returns the virtual services with these names. A service is one object for all proxies, and stays the same object until its
 * content changes, so that caches can use the object as a key.
 */
export function serviceViews(model: Model, mesh: MeshId, names: readonly string[]): readonly ServiceView[] {
  const history = model.meshHistory(mesh);
  if (history === undefined)
    return names.map((name) => ({ name, provider: providerView(model, mesh, name) }));
  const cache = cacheOf(history, model, mesh);
  const { generation } = model;
  const changedAt = Math.max(...SHARED_TABLES.map((kind) => history.changedAt(kind)));
  return names.map((name) => {
    const last = cache.get(name);
    const isCurrent =
      last !== undefined && last.asOf >= Math.max(changedAt, routesChangedAt(history, last.view));
    const view = isCurrent ? last.view : freshView(model, mesh, name, last?.view);
    if (last?.view === view) last.asOf = generation;
    else cache.set(name, { view, asOf: generation });
    return view;
  });
}

/** Returns the part of a virtual node that its callers see. */
export function targetNode(name: string, spec: VirtualNodeSpec, { mtls }: ProxySecurity): TargetNode {
  return {
    name,
    listeners: spec.listeners ?? [],
    serviceDiscovery: spec.serviceDiscovery,
    ...(mtls === 'OFF' ? {} : { mtls }),
  };
}

/** The tables that every service depends on. Besides them, a service depends only on the routes of its router. */
const SHARED_TABLES = [
  'virtualService',
  'virtualRouter',
  'virtualNode',
  'meshIdentity',
  'nodeIdentity',
] as const satisfies readonly Kind[];

/** The last view of a service, and a generation of the model for which it is valid: it stays valid until its tables change. */
type CachedView = { readonly view: ServiceView; asOf: number };

/** The views of a mesh by the name of the service. `prunedAt`: the generation of the model at the last look for deleted services. */
type ServiceCache = { readonly views: Map<string, CachedView>; prunedAt: number };

const caches = new WeakMap<MeshHistory, ServiceCache>();

/** How many views beyond those of twice the existing services a cache may have before it drops those of deleted services. */
const SPARE = 100;

function cacheOf(history: MeshHistory, model: Model, mesh: MeshId): Map<string, CachedView> {
  const cache = caches.get(history) ?? { views: new Map(), prunedAt: 0 };
  caches.set(history, cache);
  const { views } = cache;
  const isLarge = views.size > 2 * model.count('virtualService', mesh) + SPARE;
  if (!isLarge || cache.prunedAt >= history.changedAt('virtualService')) return views;
  cache.prunedAt = model.generation;
  const at = { owner: mesh.owner, mesh: mesh.mesh, parent: '' };
  for (const name of views.keys())
    if (model.get({ ...at, kind: 'virtualService', name }) === undefined) views.delete(name);
  return views;
}

/** Per router, because most changes are to the routes of other services. */
function routesChangedAt(history: MeshHistory, { provider }: ServiceView): number {
  return provider.kind === 'virtualRouter' ? history.changedAt('route', provider.name) : 0;
}

function freshView(model: Model, mesh: MeshId, name: string, last: ServiceView | undefined): ServiceView {
  const fresh: ServiceView = { name, provider: providerView(model, mesh, name) };
  return last !== undefined && isDeepStrictEqual(last, fresh) ? last : fresh;
}

function providerView(model: Model, { owner, mesh }: MeshId, service: string): ProviderView {
  const at = { owner, mesh, parent: '' };
  const found = model.get({ ...at, kind: 'virtualService', name: service });
  if (found === undefined) return { kind: 'missing', what: 'virtualService', name: service };
  const { virtualNode, virtualRouter } = found.spec.provider ?? {};
  if (virtualNode !== undefined) {
    const name = virtualNode.virtualNodeName;
    const node = model.get({ ...at, kind: 'virtualNode', name });
    if (node === undefined) return { kind: 'missing', what: 'virtualNode', name };
    return { kind: 'virtualNode', node: targetNode(name, node.spec, securityOf(model, node)) };
  }
  if (virtualRouter === undefined) return { kind: 'none' };
  const name = virtualRouter.virtualRouterName;
  const router = model.get({ ...at, kind: 'virtualRouter', name });
  if (router === undefined) return { kind: 'missing', what: 'virtualRouter', name };
  const routes = model.list('route', at, name).map((route) => ({ name: route.name, spec: route.spec }));
  const nodes = unique(routes.flatMap(({ spec }) => routeTargets(spec))).flatMap((target) => {
    const node = model.get({ ...at, kind: 'virtualNode', name: target });
    return node === undefined ? [] : [targetNode(target, node.spec, securityOf(model, node))];
  });
  return { kind: 'virtualRouter', name, listeners: router.spec.listeners ?? [], routes, nodes };
}
