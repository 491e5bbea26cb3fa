import { expect, it } from 'vitest';
import { selects } from './selectors.ts';

const LABELS = { mesh: 'shop', tier: 'front' };

const one = (key: string, operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

it.each([
  ['none takes nothing', undefined, 'no', 'no'],
  ['an empty one takes everything', {}, 'yes', 'yes'],
  ['a label that is the same', { matchLabels: { mesh: 'shop' } }, 'yes', 'yes'],
  ['a label that is another', { matchLabels: { mesh: 'other' } }, 'no', 'no'],
  ['a label that is not there', { matchLabels: { zone: 'a' } }, 'no', 'unknown'],
  ['In', one('tier', 'In', 'back', 'front'), 'yes', 'yes'],
  ['NotIn', one('tier', 'NotIn', 'back', 'front'), 'no', 'no'],
  ['NotIn of what is not there', one('zone', 'NotIn', 'a'), 'yes', 'unknown'],
  ['Exists', one('tier', 'Exists'), 'yes', 'yes'],
  ['DoesNotExist', one('zone', 'DoesNotExist'), 'yes', 'unknown'],
  ['an unknown operator', one('tier', 'Is', 'front'), 'no', 'no'],
  ['all have to hold', { matchLabels: { mesh: 'shop' }, ...one('tier', 'NotIn', 'front') }, 'no', 'no'],
  ['what is known not to hold', { matchLabels: { zone: 'a', mesh: 'other' } }, 'no', 'no'],
])('a selector: %s', (_name, selector, whole, part) => {
  expect(selects(selector, LABELS)).toBe(whole);
  expect(selects(selector, LABELS, false)).toBe(part);
});
