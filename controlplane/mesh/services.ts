import { isDeepStrictEqual } from 'node:util';
import type { VirtualNodeSpec } from '../model/types.ts';
import type { Model } from './model.ts';
import { routeTargets, unique } from './references.ts';
import type { Kind, MeshId } from './resource.ts';
import type { ProviderView, ServiceView, TargetNode } from './proxy-view.ts';

/**
 * The virtual services of these names. A service is one object for all proxies, and the same one as long as it says the
 * same: what is made from it can be kept by it.
 */
export function serviceViews(model: Model, mesh: MeshId, names: readonly string[]): readonly ServiceView[] {
  const known = servicesOf(model, mesh);
  if (known.generation !== model.generation) {
    known.generation = model.generation;
    known.madeOf = TABLES.map((kind) => model.generationOf({ ...mesh, kind, parent: '' })).join(' ');
  }
  return names.map((name) => {
    const last = known.services.get(name);
    if (last?.generation === known.generation) return last.view;
    if (
      last !== undefined &&
      last.madeOf === known.madeOf &&
      last.routes === routesOf(model, mesh, last.view)
    ) {
      last.generation = known.generation;
      return last.view;
    }
    const view = freshView(model, mesh, name, last?.view);
    const { generation, madeOf } = known;
    known.services.set(name, { view, generation, madeOf, routes: routesOf(model, mesh, view) });
    return view;
  });
}

/** The part of a virtual node that its callers see. */
export function targetNode(name: string, spec: VirtualNodeSpec): TargetNode {
  return { name, listeners: spec.listeners ?? [], serviceDiscovery: spec.serviceDiscovery };
}

const TABLES = ['virtualService', 'virtualRouter', 'virtualNode'] as const satisfies readonly Kind[];

/** The services of a mesh that were once asked for. They are of a generation of the model, `madeOf` those of its tables. */
type KnownServices = { readonly services: Map<string, KnownService>; generation: number; madeOf: string };

/** A service has to be made again when the tables or its router's routes are others: most changes are to another's routes. */
type KnownService = {
  readonly view: ServiceView;
  generation: number;
  readonly madeOf: string;
  readonly routes: number;
};

/** By mesh, until it is gone. */
const meshes = new WeakMap<Model, WeakMap<object, KnownServices>>();

function servicesOf(model: Model, mesh: MeshId): KnownServices {
  const life = model.meshLife(mesh) ?? {};
  const known = meshes.get(model)?.get(life);
  if (known !== undefined) return known;
  const fresh: KnownServices = { services: new Map(), generation: -1, madeOf: '' };
  const ofModel = meshes.get(model) ?? new WeakMap<object, KnownServices>();
  meshes.set(model, ofModel.set(life, fresh));
  return fresh;
}

/** The generation of the routes that a service was made of. */
function routesOf(model: Model, { owner, mesh }: MeshId, { provider }: ServiceView): number {
  if (provider.kind !== 'virtualRouter') return 0;
  return model.generationOf({ kind: 'route', owner, mesh, parent: provider.name });
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
    return { kind: 'virtualNode', node: targetNode(name, node.spec) };
  }
  if (virtualRouter === undefined) return { kind: 'none' };
  const name = virtualRouter.virtualRouterName;
  const router = model.get({ ...at, kind: 'virtualRouter', name });
  if (router === undefined) return { kind: 'missing', what: 'virtualRouter', name };
  const routes = model.list('route', at, name).map((route) => ({ name: route.name, spec: route.spec }));
  const nodes = unique(routes.flatMap(({ spec }) => routeTargets(spec))).flatMap((target) => {
    const node = model.get({ ...at, kind: 'virtualNode', name: target });
    return node === undefined ? [] : [targetNode(target, node.spec)];
  });
  return { kind: 'virtualRouter', name, listeners: router.spec.listeners ?? [], routes, nodes };
}
