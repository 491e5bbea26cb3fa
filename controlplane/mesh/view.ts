import { isDeepStrictEqual } from 'node:util';
import type {
  GatewayRouteSpec,
  Listeners,
  MeshSpec,
  RouteSpec,
  ServiceDiscovery,
  VirtualGatewaySpec,
  VirtualNodeSpec,
  VirtualRouterListeners,
} from '../model/types.ts';
import type { Model } from './model.ts';
import type { MeshId, ResourceId } from './resource.ts';

/** What a proxy can stand for. */
export type ProxyId = ResourceId<'virtualNode'> | ResourceId<'virtualGateway'>;

/** All of the model that one proxy's configuration depends on: plain data, lists sorted by name, no versions or times. */
export type ProxyView = VirtualNodeView | VirtualGatewayView;

/** The view of a virtual node's sidecar; `services` are its backends, each once. */
export type VirtualNodeView = {
  readonly kind: 'virtualNode';
  readonly mesh: MeshView;
  readonly name: string;
  readonly spec: VirtualNodeSpec;
  readonly services: readonly ServiceView[];
};

/** The view of a virtual gateway; `services` are the targets of its gateway routes, each once. */
export type VirtualGatewayView = {
  readonly kind: 'virtualGateway';
  readonly mesh: MeshView;
  readonly name: string;
  readonly spec: VirtualGatewaySpec;
  readonly routes: readonly GatewayRouteView[];
  readonly services: readonly ServiceView[];
};

/** The mesh that a proxy belongs to. */
export type MeshView = { readonly owner: string; readonly name: string; readonly spec: MeshSpec };

/** A gateway route of the gateway that is looked at. */
export type GatewayRouteView = { readonly name: string; readonly spec: GatewayRouteSpec };

/** A virtual service with what stands behind it. */
export type ServiceView = { readonly name: string; readonly provider: ProviderView };

/**
 * What stands behind a virtual service. `none`: it exists and names no provider. `missing`: it, or the provider that it
 * names, does not exist.
 */
export type ProviderView =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'missing';
      readonly what: 'virtualService' | 'virtualNode' | 'virtualRouter';
      readonly name: string;
    }
  | { readonly kind: 'virtualNode'; readonly node: TargetNode }
  | {
      readonly kind: 'virtualRouter';
      readonly name: string;
      readonly listeners: VirtualRouterListeners;
      readonly routes: readonly RouteView[];
      /** The targets of all routes that exist, each once. */
      readonly nodes: readonly TargetNode[];
    };

/** A route of a virtual router. */
export type RouteView = { readonly name: string; readonly spec: RouteSpec };

/** A virtual node as its callers see it: their configuration depends on nothing else of it. */
export type TargetNode = {
  readonly name: string;
  readonly listeners: Listeners;
  readonly serviceDiscovery: ServiceDiscovery | undefined;
};

/** The view of one proxy, or undefined where its resource or its mesh does not exist. */
export function viewOf(model: Model, id: ProxyId): ProxyView | undefined {
  const mesh = model.get({ ...id, kind: 'mesh', parent: '', name: id.mesh });
  if (mesh === undefined) return undefined;
  const meshView: MeshView = { owner: mesh.owner, name: mesh.name, spec: mesh.spec };
  return id.kind === 'virtualNode' ? nodeView(model, id, meshView) : gatewayView(model, id, meshView);
}

/** The part of a virtual node that its callers see. */
export function targetNode(name: string, spec: VirtualNodeSpec): TargetNode {
  return { name, listeners: spec.listeners ?? [], serviceDiscovery: spec.serviceDiscovery };
}

/** The virtual services that a virtual node names as backends. */
export function backendNames(spec: VirtualNodeSpec): readonly string[] {
  return (spec.backends ?? []).flatMap(({ virtualService }) => virtualService?.virtualServiceName ?? []);
}

/** The virtual nodes that a route sends to. */
export function routeTargets(spec: RouteSpec): readonly string[] {
  const routes = [spec.httpRoute, spec.http2Route, spec.grpcRoute, spec.tcpRoute];
  return routes.flatMap((route) => route?.action.weightedTargets.map((target) => target.virtualNode) ?? []);
}

/** The virtual services that a gateway route sends to. */
export function gatewayRouteTargets(spec: GatewayRouteSpec): readonly string[] {
  const routes = [spec.httpRoute, spec.http2Route, spec.grpcRoute];
  return routes.flatMap((route) => route?.action.target.virtualService.virtualServiceName ?? []);
}

function nodeView(model: Model, id: ResourceId<'virtualNode'>, mesh: MeshView): VirtualNodeView | undefined {
  const node = model.get(id);
  if (node === undefined) return undefined;
  const services = serviceViews(model, id, backendNames(node.spec));
  return { kind: 'virtualNode', mesh, name: node.name, spec: node.spec, services };
}

function gatewayView(
  model: Model,
  id: ResourceId<'virtualGateway'>,
  mesh: MeshView,
): VirtualGatewayView | undefined {
  const gateway = model.get(id);
  if (gateway === undefined) return undefined;
  const routes = model
    .list('gatewayRoute', { owner: id.owner, mesh: id.mesh }, id.name)
    .map(({ name, spec }) => ({ name, spec }));
  const names = routes.flatMap(({ spec }) => gatewayRouteTargets(spec));
  const services = serviceViews(model, id, names);
  return { kind: 'virtualGateway', mesh, name: gateway.name, spec: gateway.spec, routes, services };
}

/**
 * Each service once, sorted by name. A service is one object for all proxies, and the same one as long as it says the same:
 * what is made from it can be kept by it.
 */
function serviceViews(model: Model, mesh: MeshId, names: readonly string[]): readonly ServiceView[] {
  const known = servicesOf(model, mesh);
  const revision = model.meshRevision(mesh);
  return unique(names).map((name) => {
    const last = known.get(name);
    if (last?.revision === revision) return last.view;
    const fresh: ServiceView = { name, provider: providerView(model, mesh, name) };
    const view = last !== undefined && isDeepStrictEqual(last.view, fresh) ? last.view : fresh;
    known.set(name, { revision, view });
    return view;
  });
}

type KnownService = { readonly revision: number; readonly view: ServiceView };

/** By mesh and service. It holds services that were once asked for, until their mesh is gone. */
const services = new WeakMap<Model, WeakMap<object, Map<string, KnownService>>>();

function servicesOf(model: Model, mesh: MeshId): Map<string, KnownService> {
  const meshes = services.get(model) ?? new WeakMap<object, Map<string, KnownService>>();
  services.set(model, meshes);
  const life = model.meshLife(mesh) ?? {};
  const known = meshes.get(life) ?? new Map<string, KnownService>();
  meshes.set(life, known);
  return known;
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

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
