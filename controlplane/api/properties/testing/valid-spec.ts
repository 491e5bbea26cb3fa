import type * as fc from 'fast-check';
import type { Kind } from '../../../mesh/resource.ts';
import { title } from '../../../mesh/names.ts';
import { modelValues } from './model-values.ts';
import { OVERRIDES } from './overrides.ts';

/**
 * Returns specifications that the API must accept, from the model and the further rules. They name only the resources in NAMED.
 */
export function validSpec(kind: Kind): fc.Arbitrary<unknown> {
  return VALID.value(`${title(kind)}Spec`);
}

const VALID = modelValues(OVERRIDES);
