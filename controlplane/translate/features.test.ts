import { expect, it } from 'vitest';
import { FEATURE_NAMES, featuresKey, NO_FEATURES, readFeatures } from './features.ts';

it('reads no feature where the proxy says nothing, or something else', () => {
  expect(readFeatures({})).toEqual(NO_FEATURES);
  expect(readFeatures({ ipv6: 'true', sds: 1, files: {}, unheard: true })).toEqual(NO_FEATURES);
});

it.each(FEATURE_NAMES)('has another key for a proxy with %s', (name) => {
  const one = readFeatures({ ...NO_FEATURES, [name]: true });
  expect(featuresKey(one)).not.toBe(featuresKey(NO_FEATURES));
  expect(featuresKey({ ...one })).toBe(featuresKey(one));
});
