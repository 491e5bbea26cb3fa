import { randomUUID } from 'node:crypto';
import type { Resource } from '../mesh/resource.ts';
import type { ResourceHandler } from './context.ts';
import { requireConsistent } from './consistency.ts';
import { conflict } from './errors.ts';
import { nameMember, requireParents, resourceId, title } from './identity.ts';
import { resourceOutput } from './output.ts';
import { requireReferences } from './references.ts';
import { unservedViolations } from './unserved.ts';
import { refuse } from './violation.ts';
import { tokenUse, writeTo } from './write.ts';

/** Makes a resource, at version 1. */
export const create: ResourceHandler = async (context, operation, input) => {
  const { kind, resultShape } = operation;
  const id = resourceId(context, kind, input);
  const spec = input['spec'] ?? {};
  refuse(unservedViolations(kind, spec));
  return writeTo(context, id, tokenUse(context, operation, input), (model, repeated) => {
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
      resourceOwner: context.account,
      tags: (input['tags'] ?? []) as Resource['tags'],
    };
    requireReferences(model, resource);
    requireConsistent(model, resource);
    return { put: resource, answer: resourceOutput(context, resource, resultShape, 'ACTIVE') };
  });
};
