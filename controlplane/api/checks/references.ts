import type { Model } from '../../mesh/model.ts';
import type { Kind, Resource, ResourceId } from '../../mesh/resource.ts';
import { missing } from './present.ts';
import { isKind, routeOf, targetOf } from '../../mesh/spec-parts.ts';

/**
 * Requires that the resources that a specification names exist: a virtual service's provider, a route's targets, a gateway route's
 * virtual service. A virtual node's backends may be created later.
 * @throws ApiError NotFoundException for the first missing resource
 */
export function requireReferences(model: Model, resource: Resource): void {
  for (const id of references(resource)) if (model.get(id) === undefined) throw missing(id);
}

function references(resource: Resource): readonly ResourceId[] {
  const { owner, mesh } = resource;
  const within = (kind: Kind, name: string): ResourceId => ({ kind, owner, mesh, parent: '', name });
  if (isKind(resource, 'virtualService')) {
    const { virtualNode, virtualRouter } = resource.spec.provider ?? {};
    if (virtualNode !== undefined) return [within('virtualNode', virtualNode.virtualNodeName)];
    if (virtualRouter !== undefined) return [within('virtualRouter', virtualRouter.virtualRouterName)];
  }
  if (isKind(resource, 'route')) {
    const targets = routeOf(resource.spec)?.action.weightedTargets ?? [];
    return targets.map(({ virtualNode }) => within('virtualNode', virtualNode));
  }
  if (isKind(resource, 'gatewayRoute')) {
    const target = targetOf(resource.spec);
    return target === undefined ? [] : [within('virtualService', target.virtualService.virtualServiceName)];
  }
  return [];
}
