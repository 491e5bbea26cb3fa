import { expect, test } from 'vitest';
import { fitted } from './fitted.ts';
import { lengthOf } from './shortened.ts';

test('the second line of a piece has as many of its parts as have room: it ran out of the piece', () => {
  const parts = ['2 proxies', '120/s', '4.0 %'];
  expect(fitted(parts, 25)).toBe('2 proxies · 120/s · 4.0 %');
  expect(fitted(parts, 24)).toBe('2 proxies · 120/s');
  expect(fitted(parts, 16)).toBe('2 proxies');
});

test('a first part without room is shortened, and wide characters count twice', () => {
  expect(lengthOf(fitted(['colorteller.default.svc.cluster.local'], 20))).toBeLessThanOrEqual(20);
  expect(fitted(['プロキシ 2', '120/s'], 15)).toBe('プロキシ 2');
  expect(fitted([], 10)).toBe('');
});
