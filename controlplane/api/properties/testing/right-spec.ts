import type * as fc from 'fast-check';
import type { Kind } from '../../../mesh/resource.ts';
import { title } from '../../../mesh/names.ts';
import { modelValues } from './model-values.ts';
import { OVERRIDES } from './overrides.ts';

/**
 * Specifications that the API has to accept, made from the model and the rules beyond it. They name only what NAMED has.
 */
export function rightSpec(kind: Kind): fc.Arbitrary<unknown> {
  return RIGHT.value(`${title(kind)}Spec`);
}

const RIGHT = modelValues(OVERRIDES);
