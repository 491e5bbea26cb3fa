import type { RouteSpec, GatewayRouteSpec, VirtualServiceSpec } from '../../controlplane/model/types.ts';
import { gatewayMatchOf, routeOf, targetOf } from '../../controlplane/mesh/spec-parts.ts';
import type { Document } from './document.ts';
import { besides, parentKeys, type ResourceKey } from './key.ts';

/** A resource that has to exist before a document's resource, and the path in the document that refers to it. */
export type Reference = { readonly path: string; readonly key: ResourceKey };

/** Returns the parents of a resource and the resources that its specification requires. Backends may be created later. */
export function referencesOf({ key, spec = {} }: Pick<Document, 'key' | 'spec'>): readonly Reference[] {
  const parents = parentKeys(key).map((parent) => ({ path: `${parent.kind}Name`, key: parent }));
  return [...parents, ...namedIn(key, spec)];
}

function namedIn(key: ResourceKey, spec: unknown): readonly Reference[] {
  switch (key.kind) {
    case 'virtualService':
      return provider(key, spec as VirtualServiceSpec);
    case 'route':
      return targets(key, spec as RouteSpec);
    case 'gatewayRoute':
      return service(key, spec as GatewayRouteSpec);
    case 'mesh':
    case 'virtualNode':
    case 'virtualRouter':
    case 'virtualGateway':
    case 'meshIdentity':
    case 'nodeIdentity':
    case 'accessPolicy':
      break;
  }
  return [];
}

function provider(key: ResourceKey, spec: VirtualServiceSpec): readonly Reference[] {
  const { virtualNode, virtualRouter } = spec.provider ?? {};
  if (virtualNode !== undefined) {
    const node = besides(key, 'virtualNode', virtualNode.virtualNodeName);
    return [{ path: 'spec.provider.virtualNode.virtualNodeName', key: node }];
  }
  if (virtualRouter === undefined) return [];
  const router = besides(key, 'virtualRouter', virtualRouter.virtualRouterName);
  return [{ path: 'spec.provider.virtualRouter.virtualRouterName', key: router }];
}

function targets(key: ResourceKey, spec: RouteSpec): readonly Reference[] {
  const route = routeOf(spec);
  if (route === undefined) return [];
  return route.action.weightedTargets.map(({ virtualNode }, index) => ({
    path: `spec.${route.member}.action.weightedTargets.${index + 1}.member.virtualNode`,
    key: besides(key, 'virtualNode', virtualNode),
  }));
}

function service(key: ResourceKey, spec: GatewayRouteSpec): readonly Reference[] {
  const target = targetOf(spec);
  if (target === undefined) return [];
  return [
    {
      path: `spec.${gatewayMatchOf(spec)?.member}.action.target.virtualService.virtualServiceName`,
      key: besides(key, 'virtualService', target.virtualService.virtualServiceName),
    },
  ];
}
