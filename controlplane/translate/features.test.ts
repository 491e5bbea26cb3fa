import { expect, it } from 'vitest';
import { FEATURE_NAMES, featuresKey, NO_FEATURES, readFeatures } from './features.ts';
import { FEATURE_SAMPLES } from './testing/features.ts';

it('reads no feature from missing or unknown values', () => {
  expect(readFeatures({})).toEqual(NO_FEATURES);
  expect(readFeatures({ ipv6: 'true', sds: 1, files: {}, unheard: true })).toEqual(NO_FEATURES);
});

it.each(FEATURE_NAMES)('gives each value of %s a key of its own', (name) => {
  const samples = FEATURE_SAMPLES[name].map((said) => readFeatures({ ...NO_FEATURES, [name]: said }));
  expect(samples.map((features) => features[name])).toEqual(FEATURE_SAMPLES[name]);
  const keys = [NO_FEATURES, ...samples].map(featuresKey);
  expect(new Set(keys).size).toBe(keys.length);
  expect(featuresKey({ ...NO_FEATURES })).toBe(featuresKey(NO_FEATURES));
});

it.each([
  '0.0.0.0',
  '::',
  '0::0',
  'fe80::1%eth0',
  'localhost',
  '127.0.0.1:80',
  '',
  7,
])('%j is not accepted as the address of the application', (appAddress) => {
  expect(readFeatures({ appAddress })).toEqual(NO_FEATURES);
});
