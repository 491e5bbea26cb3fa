import { expect, test } from 'vitest';
import { BenchUsageError } from '../figures/bench.ts';
import { readOptions } from './options.ts';

test('without words: the whole comparison', () => {
  expect(readOptions([])).toEqual({
    streams: [1000, 5000],
    variants: ['sotw', 'delta'],
    rounds: 25,
    beside: 'peer',
    storms: 5,
    idleMs: 30_000,
    readers: 0,
    soak: undefined,
  });
});

test('a short one of one kind', () => {
  expect(readOptions(['--quick', '--streams', '50', '--variants', 'delta'])).toMatchObject({
    streams: [50],
    variants: ['delta'],
    rounds: 9,
  });
});

test('beside the floor', () => {
  expect(readOptions(['--floor'])).toMatchObject({ beside: 'floor' });
});

test('with pages of the console', () => {
  expect(readOptions(['--console-readers', '3'])).toMatchObject({ readers: 3 });
});

test('a soak', () => {
  expect(readOptions(['--soak', 'churn', '--minutes', '3'])).toMatchObject({
    soak: { kind: 'churn', minutes: 3 },
  });
});

test.each([
  { words: ['--streams', 'many'], says: '--streams "many"' },
  { words: ['--streams', '1000,5'], says: '--streams "5"' },
  { words: ['--variants', 'rest'], says: '--variants rest' },
  { words: ['--rounds', '0'], says: '--rounds "0"' },
  { words: ['--soak', 'storm'], says: '--soak storm' },
  { words: ['--slow'], says: '--slow' },
])('$words is refused', ({ words, says }) => {
  expect(() => readOptions(words)).toThrow(BenchUsageError);
  expect(() => readOptions(words)).toThrow(says);
});
