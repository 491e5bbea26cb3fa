import { expect, test } from 'vitest';
import { createBatch } from './batch.ts';

function gather(most: number) {
  const passed: string[][] = [];
  const batch = createBatch<string>({
    most,
    afterMs: 10,
    sizeOf: ({ length }) => length,
    pass: (items) => passed.push([...items]),
  });
  return { batch, passed };
}

test('a batch ends with its number of items, or after a time', async () => {
  const { batch, passed } = gather(2);
  batch.add(['a', 'b', 'c']);
  expect(passed).toEqual([['a', 'b']]);
  await expect.poll(() => passed).toEqual([['a', 'b'], ['c']]);
});

test('a batch has at most a mebibyte: 512 segments of 64 kB were more than a receiver takes', () => {
  const { batch, passed } = gather(512);
  batch.add(Array.from({ length: 40 }, () => 'x'.repeat(64_000)));
  batch.add(['y'.repeat(3_000_000), 'z']);
  batch.flush();
  expect(passed.map((items) => items.length)).toEqual([16, 16, 8, 1, 1]);
});
