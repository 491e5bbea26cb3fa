import { isDeepStrictEqual } from 'node:util';
import type { Resource, ResourceId, Specs } from '../../mesh/resource.ts';
import type { ResourceOperation } from '../../model/operations.ts';
import type { ApiContext, Output, ResourceHandler } from './context.ts';
import { requireMatch } from './entity-tag.ts';
import { missing, requireParents } from '../checks/present.ts';
import { resourceOutput } from './output.ts';
import { nextVersion } from '../write/next-version.ts';
import { requireMayChange } from './permission.ts';
import { requireFit } from '../checks/require-fit.ts';
import type { Input } from '../../model/input.ts';
import { tokenUse, writeTo, type Decide } from '../write/write.ts';

/**
 * Replaces the whole specification. The version rises by one, or stays if the specification is the same. An update of a mesh
 * without a specification keeps the existing one.
 */
export const update: ResourceHandler = async (context, operation, id, input) => {
  return writeTo(
    context,
    id,
    tokenUse(context, operation, input),
    decideToUpdate(context, operation, id, input),
  );
};

/** Decides how to give the resource that the input names its new specification. */
export function decideToUpdate(
  context: ApiContext,
  operation: ResourceOperation,
  id: ResourceId,
  input: Input,
): Decide<Output> {
  const { kind, resultShape } = operation;
  const spec = input['spec'] as Specs[typeof kind] | undefined;
  return (model, repeated) => {
    requireParents(model, id);
    const existing = model.get(id);
    if (existing === undefined) throw missing(id);
    requireMayChange(context.caller, existing);
    if (!repeated) requireMatch(context.ifMatch, existing);
    if (repeated || spec === undefined || isDeepStrictEqual(existing.spec, spec)) {
      return { answer: resourceOutput(context, existing, resultShape, 'ACTIVE') };
    }
    const resource: Resource = { ...nextVersion(existing, context.now()), spec };
    requireFit(context, model, existing, resource);
    return { puts: [resource], answer: resourceOutput(context, resource, resultShape, 'ACTIVE') };
  };
}
