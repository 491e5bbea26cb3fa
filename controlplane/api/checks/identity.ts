import type { Model } from '../../mesh/model.ts';
import type { Resource } from '../../mesh/resource.ts';
import { isKind } from '../../mesh/spec-parts.ts';
import type { ProxyReference } from '../../model/daybreak-types.ts';
import { conflict } from '../../http/errors.ts';

/**
 * Checks a new specification of a node's identity: a proxy has one NodeIdentity, so that one resource lists all its principals.
 * @throws ApiError ConflictException
 */
export function requireIdentityRules(model: Model, resource: Resource): void {
  if (isKind(resource, 'nodeIdentity')) requireOnlyOne(model, resource);
}

function requireOnlyOne(model: Model, resource: Resource<'nodeIdentity'>): void {
  const proxy = describeProxy(resource.spec.proxy);
  const other = model
    .list('nodeIdentity', resource)
    .find(({ name, spec }) => name !== resource.name && describeProxy(spec.proxy) === proxy);
  if (other === undefined) return;
  throw conflict(`NodeIdentity ${other.name} is already that of ${proxy}: update it, or delete it first.`);
}

function describeProxy({ virtualNode, virtualGateway }: ProxyReference): string {
  return virtualNode === undefined
    ? `virtual gateway ${virtualGateway?.virtualGatewayName}`
    : `virtual node ${virtualNode.virtualNodeName}`;
}
