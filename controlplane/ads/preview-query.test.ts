import { expect, it } from 'vitest';
import { NO_FEATURES, readFeatures } from '../translate/features.ts';
import { askedFeatures } from './preview-query.ts';

it.each([
  ['none', NO_FEATURES],
  ['ipv6,files', readFeatures({ ipv6: true, files: true })],
  ['ipv6=false,files=true', readFeatures({ ipv6: false, files: true })],
  ['appAddress=::1,ipv6', readFeatures({ ipv6: true, appAddress: '::1' })],
])('features=%s', (features, expected) => {
  expect(askedFeatures({ features })).toEqual(expected);
});

it('returns undefined if the query has no features', () => {
  expect(askedFeatures({})).toBeUndefined();
});

it.each([
  ['ipv7', /"ipv7" is not one of ipv6, /],
  ['appAddress', /appAddress cannot be "true"/],
  ['appAddress=app.local', /appAddress cannot be "app\.local"/],
  ['files=maybe', /files cannot be "maybe"/],
])('refuses features=%s', (features, message) => {
  expect(() => askedFeatures({ features })).toThrow(message);
});
