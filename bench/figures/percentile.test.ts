import { expect, test } from 'vitest';
import { percentile } from './percentile.ts';

test.each([
  [[3, 1, 2], 0.5, 2],
  [[4, 1, 3, 2], 0.5, 2],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99, 10],
  [[7], 0.01, 7],
])('%j at %d is %d', (values, share, value) => {
  expect(percentile(values, share)).toBe(value);
});
