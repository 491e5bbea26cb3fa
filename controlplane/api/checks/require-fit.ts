import type { Model } from '../../mesh/model.ts';
import type { Resource } from '../../mesh/resource.ts';
import { requireHttpListeners } from './access.ts';
import { requireIdentityRules } from './identity.ts';
import { requireRoomForBackends, type Quotas } from './quotas.ts';
import { requireReferences } from './references.ts';
import { requirePorts } from './require-ports.ts';
import { requireStrictRules, type PlainFacts } from './strict.ts';

/**
 * Checks a resource that gets a new specification, by a create or an update, against the quotas and the other resources of its
 * mesh. The first check that fails decides the error.
 * @param existing the resource as it was before, or undefined if it is new
 * @throws ApiError of the check that failed
 */
export function requireFit(
  { quotas, plainFacts }: { readonly quotas: Quotas; readonly plainFacts: PlainFacts },
  model: Model,
  existing: Resource | undefined,
  resource: Resource,
): void {
  requireRoomForBackends(quotas, existing, resource);
  requireReferences(model, resource);
  requirePorts(model, resource);
  requireIdentityRules(model, resource);
  requireStrictRules(model, { puts: [resource] }, plainFacts);
  requireHttpListeners(model, resource);
}
