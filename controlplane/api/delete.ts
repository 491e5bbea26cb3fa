import type { ResourceHandler } from './context.ts';
import { missing, requireParents, resourceId } from './identity.ts';
import { requireUnused } from './in-use.ts';
import { resourceOutput } from './output.ts';
import { writeTo } from './write.ts';

/** Deletes a resource that nothing depends on, and answers with it as it was, its version one higher. */
export const remove: ResourceHandler = async (context, { kind, resultShape }, input) => {
  const id = resourceId(context, kind, input);
  return writeTo(context, id, undefined, (model) => {
    requireParents(model, id);
    const existing = model.get(id);
    if (existing === undefined) throw missing(id);
    requireUnused(model, id);
    const last = { ...existing, version: existing.version + 1, lastUpdatedAt: context.now() };
    return { delete: id, answer: resourceOutput(context, last, resultShape, 'DELETED') };
  });
};
