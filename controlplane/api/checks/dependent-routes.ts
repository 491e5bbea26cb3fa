import { isDeepStrictEqual } from 'node:util';
import type { Model } from '../../mesh/model.ts';
import type { Resource, ResourceId } from '../../mesh/resource.ts';
import { routeOf, targetOf } from '../../mesh/spec-parts.ts';

/**
 * Returns the existing routes and gateway routes that a change of this resource could make ambiguous. None if its provider stays the
 * same and the change does not take it from one listener to several.
 */
export function routesThatDependOn(model: Model, changed: Resource): readonly Resource[] {
  const before = model.get(changed);
  if (before === undefined || isDeepStrictEqual(ambiguitySource(before), ambiguitySource(changed))) return [];
  switch (changed.kind) {
    case 'virtualRouter':
      return [...model.list('route', changed, changed.name), ...throughProvider(model, changed)];
    case 'virtualNode':
      return [...routesTo(model, changed), ...throughProvider(model, changed)];
    case 'virtualService':
      return gatewayRoutesTo(model, changed);
    case 'virtualGateway':
      return model.list('gatewayRoute', changed, changed.name);
    case 'mesh':
    case 'route':
    case 'gatewayRoute':
    case 'meshIdentity':
    case 'nodeIdentity':
    case 'accessPolicy':
    case 'authority':
    case 'joinToken':
    case 'certificate':
    case 'nodeFact':
      break;
  }
  return [];
}

function ambiguitySource({ spec }: Resource): unknown {
  if ('provider' in spec) return spec.provider;
  return 'listeners' in spec && spec.listeners !== undefined && spec.listeners.length > 1;
}

function throughProvider(model: Model, provider: Resource): readonly Resource[] {
  return model
    .list('virtualService', provider)
    .filter(({ spec }) => {
      const { virtualNode, virtualRouter } = spec.provider ?? {};
      return provider.kind === 'virtualNode'
        ? virtualNode?.virtualNodeName === provider.name
        : virtualRouter?.virtualRouterName === provider.name;
    })
    .flatMap((service) => gatewayRoutesTo(model, service));
}

/** Returns every route in the mesh that has the virtual node among its targets. */
export function routesTo(model: Model, node: ResourceId): readonly Resource<'route'>[] {
  return model
    .list('virtualRouter', node)
    .flatMap(({ name }) => model.list('route', node, name))
    .filter(({ spec }) =>
      routeOf(spec)?.action.weightedTargets.some(({ virtualNode }) => virtualNode === node.name),
    );
}

/** Returns every gateway route in the mesh that targets the virtual service. */
export function gatewayRoutesTo(model: Model, service: ResourceId): readonly Resource<'gatewayRoute'>[] {
  return model
    .list('virtualGateway', service)
    .flatMap(({ name }) => model.list('gatewayRoute', service, name))
    .filter(({ spec }) => targetOf(spec)?.virtualService.virtualServiceName === service.name);
}
