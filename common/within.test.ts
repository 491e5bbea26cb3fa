import { expect, test } from 'vitest';
import { within } from './within.ts';

test('work that ends in time keeps its result or its error', async () => {
  expect(await within(60_000, 'no answer', Promise.resolve(7))).toBe(7);
  await expect(within(60_000, 'no answer', Promise.reject(new Error('a')))).rejects.toThrow('a');
});

test('work that takes too long is a time-out', async () => {
  await expect(within(1, 'no answer', new Promise(() => undefined))).rejects.toThrow(
    'no answer within 0.001 s',
  );
});
