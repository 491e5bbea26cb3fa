import type { ResourceHandler } from '../operations/context.ts';
import { badRequest } from '../../http/errors.ts';
import { title } from '../../mesh/names.ts';
import { decideToUpdate } from '../operations/update.ts';
import { tokenUse, writeTo } from '../write/write.ts';
import { inexpressible } from './specs.ts';

/** The most paths that a message lists. */
const SHOWN = 10;

/**
 * Replaces a specification, unless that would remove members that the beta cannot express: a client that reads, changes and
 * writes back would remove them without having seen them.
 */
export const updateExpressible: ResourceHandler = async (context, operation, id, input) => {
  const decide = decideToUpdate(context, operation, id, input);
  return writeTo(context, id, tokenUse(context, operation, input), (model, repeated) => {
    const decision = decide(model, repeated);
    const existing = model.get(id);
    if (existing === undefined || (decision.puts ?? []).length === 0) return decision;
    const lost = inexpressible(existing.kind, existing.spec);
    if (lost.length === 0) return decision;
    const more = lost.length > SHOWN ? `, and ${lost.length - SHOWN} more` : '';
    throw badRequest(
      `${title(id.kind)} ${id.name} has members that the API of 2018-10-01 cannot express, and this update would remove them: ${lost.slice(0, SHOWN).join(', ')}${more}. Update it through the API of 2019-01-25.`,
    );
  });
};
