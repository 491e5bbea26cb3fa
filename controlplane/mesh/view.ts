import type { VirtualNodeSpec } from '../model/types.ts';
import type { Model } from './model.ts';
import type { ProxyId, ProxyView, VirtualNodeView, VirtualGatewayView, MeshView } from './proxy-view.ts';
import { backendNames, gatewayRouteTargets, unique } from './references.ts';
import type { ResourceId } from './resource.ts';
import { securityOf } from './security.ts';
import { serviceViews } from './services.ts';

/** Returns the view of one proxy; undefined if its resource or its mesh does not exist. */
export function viewOf(model: Model, id: ProxyId): ProxyView | undefined {
  const mesh = model.get({ ...id, kind: 'mesh', parent: '', name: id.mesh });
  if (mesh === undefined) return undefined;
  const meshView: MeshView = { owner: mesh.owner, name: mesh.name, spec: mesh.spec };
  return id.kind === 'virtualNode' ? nodeView(model, id, meshView) : gatewayView(model, id, meshView);
}

function nodeView(model: Model, id: ResourceId<'virtualNode'>, mesh: MeshView): VirtualNodeView | undefined {
  const node = model.get(id);
  if (node === undefined) return undefined;
  const services = serviceViews(model, id, backends(node.spec));
  const security = securityOf(model, id);
  return { kind: 'virtualNode', mesh, name: node.name, spec: node.spec, security, services };
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
  const services = serviceViews(model, id, unique(names));
  const security = securityOf(model, id);
  return { kind: 'virtualGateway', mesh, name: gateway.name, spec: gateway.spec, security, routes, services };
}

/** A virtual node's backends, each once, sorted. Cached per specification, which is immutable. */
function backends(spec: VirtualNodeSpec): readonly string[] {
  const known = backendsOf.get(spec);
  if (known !== undefined) return known;
  const names = unique(backendNames(spec));
  backendsOf.set(spec, names);
  return names;
}

const backendsOf = new WeakMap<VirtualNodeSpec, readonly string[]>();
