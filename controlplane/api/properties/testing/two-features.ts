import * as fc from 'fast-check';
import { FEATURE_NAMES, readFeatures, type Features } from '../../../translate/features.ts';
import { FEATURE_SAMPLES } from '../../../translate/testing/features.ts';

/** The features of two proxies, which differ in one: a cache key without it would give both the same configuration. */
export const twoFeatures: fc.Arbitrary<readonly [Features, Features]> = fc
  .record(
    Object.fromEntries(
      FEATURE_NAMES.map((name) => [name, fc.constantFrom<unknown>(undefined, ...FEATURE_SAMPLES[name])]),
    ),
  )
  .chain((first) =>
    fc
      .constantFrom(...FEATURE_NAMES)
      .chain((name) => {
        const values = [undefined, ...FEATURE_SAMPLES[name]].filter((value) => value !== first[name]);
        return fc.constantFrom<unknown>(...values).map((value) => ({ ...first, [name]: value }));
      })
      .map((second) => [readFeatures(first), readFeatures(second)] as const),
  );
