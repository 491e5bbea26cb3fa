import { randomUUID } from 'node:crypto';
import type { Resource, ResourceId } from '../../mesh/resource.ts';
import type { ResourceOperation } from '../../model/operations.ts';
import type { ApiContext, Output, ResourceHandler } from './context.ts';
import { conflict } from '../../http/errors.ts';
import { requireParents } from '../checks/present.ts';
import { nameMember, title } from '../../mesh/names.ts';
import { resourceOutput } from './output.ts';
import { requireRoom } from '../checks/quotas.ts';
import { requireFit } from '../checks/require-fit.ts';
import type { Input } from '../../model/input.ts';
import { tokenUse, writeTo, type Decide } from '../write/write.ts';

/** Creates a resource, at version 1. */
export const create: ResourceHandler = async (context, operation, id, input) => {
  const decide = decideToCreate(context, operation, id, input);
  const write = () => writeTo(context, id, tokenUse(context, operation, input), decide);
  return operation.kind === 'mesh' ? context.live.exclusively(id.owner, write) : write();
};

/** Decides whether and how to create the resource that the input names. */
export function decideToCreate(
  context: ApiContext,
  { kind, resultShape }: ResourceOperation,
  id: ResourceId,
  input: Input,
): Decide<Output> {
  const spec = input['spec'] ?? {};
  return (model, repeated) => {
    requireParents(model, id);
    const existing = model.get(id);
    if (existing !== undefined) {
      if (repeated) return { answer: resourceOutput(context, existing, resultShape, 'ACTIVE') };
      throw conflict(`${title(kind)} with ${nameMember(kind)} ${id.name} already exists.`);
    }
    const now = context.now();
    const resource: Resource = {
      ...id,
      spec,
      uid: randomUUID(),
      version: 1,
      createdAt: now,
      lastUpdatedAt: now,
      resourceOwner: context.caller.account,
      tags: (input['tags'] ?? []) as Resource['tags'],
    };
    requireRoom(context.quotas, model, resource);
    requireFit(context, model, undefined, resource);
    return { puts: [resource], answer: resourceOutput(context, resource, resultShape, 'ACTIVE') };
  };
}
