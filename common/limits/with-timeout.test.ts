import { expect, test } from 'vitest';
import { withTimeout } from './with-timeout.ts';

test('work that ends in time keeps its result or its error', async () => {
  expect(await withTimeout(60_000, 'no answer', Promise.resolve(7))).toBe(7);
  await expect(withTimeout(60_000, 'no answer', Promise.reject(new Error('a')))).rejects.toThrow('a');
});

test('work that takes too long is a time-out', async () => {
  await expect(withTimeout(1, 'no answer', new Promise(() => undefined))).rejects.toThrow(
    'no answer within 0.001 s',
  );
});
