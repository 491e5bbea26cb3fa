import type { ResourceHandler } from '../operations/context.ts';
import { badRequest } from '../../http/errors.ts';
import { resourceId } from '../operations/resource-id.ts';
import { title } from '../../mesh/names.ts';
import { decideToUpdate } from '../operations/update.ts';
import { tokenUse, writeTo } from '../write/write.ts';
import { inexpressible } from './specs.ts';

/** How many paths a message lists. */
const SHOWN = 10;

/**
 * Replaces a specification, unless that would take away what the beta cannot express: whoever reads, changes and writes
 * back would lose it without having seen it.
 */
export const updateExpressible: ResourceHandler = async (context, operation, input) => {
  const id = resourceId(context, operation.kind, input);
  const decide = decideToUpdate(context, operation, input);
  return writeTo(context, id, tokenUse(context, operation, input), (model, repeated) => {
    const decision = decide(model, repeated);
    const existing = model.get(id);
    if (existing === undefined || (decision.puts ?? []).length === 0) return decision;
    const lost = inexpressible(existing.kind, existing.spec);
    if (lost.length === 0) return decision;
    const more = lost.length > SHOWN ? `, and ${lost.length - SHOWN} more` : '';
    throw badRequest(
      `${title(id.kind)} ${id.name} has what the API of 2018-10-01 cannot express, and an update by it would take away: ${lost.slice(0, SHOWN).join(', ')}${more}. Update it by the API of 2019-01-25.`,
    );
  });
};
