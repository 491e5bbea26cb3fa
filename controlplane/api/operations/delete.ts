import type { ResourceId } from '../../mesh/resource.ts';
import type { ResourceOperation } from '../../model/operations.ts';
import type { ApiContext, Output, ResourceHandler } from './context.ts';
import { requireMatch } from './entity-tag.ts';
import { missing, requireParents } from '../checks/present.ts';
import { requireStrictRules } from '../checks/strict.ts';
import { requireUnused } from '../checks/in-use.ts';
import { nextVersion } from '../write/next-version.ts';
import { resourceOutput } from './output.ts';
import { requireMayDelete } from './permission.ts';
import { writeTo, type Decide } from '../write/write.ts';

/** Deletes a resource that no other resource depends on, and returns its last state with the version one higher. */
export const remove: ResourceHandler = async (context, operation, id) => {
  return writeTo(context, id, undefined, decideToDelete(context, operation, id));
};

/** Decides whether to delete the resource that the input names. */
export function decideToDelete(
  context: ApiContext,
  { resultShape }: ResourceOperation,
  id: ResourceId,
): Decide<Output> {
  return (model) => {
    requireParents(model, id);
    const existing = model.get(id);
    if (existing === undefined) throw missing(id);
    requireMayDelete(context.caller, existing);
    requireMatch(context.ifMatch, existing);
    requireUnused(model, id);
    requireStrictRules(model, { deletes: [id] }, context.plainFacts);
    const last = nextVersion(existing, context.now());
    return { deletes: [id], answer: resourceOutput(context, last, resultShape, 'DELETED') };
  };
}
