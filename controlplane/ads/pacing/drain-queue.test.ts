import { expect, test } from 'vitest';
import { createDrainQueue } from './drain-queue.ts';

test('all items are drained in turn, also items that arrive meanwhile', async () => {
  const gone: number[] = [];
  const drain = createDrainQueue((item: number) => {
    gone.push(item);
    if (item === 2) drain(3);
  });
  for (const item of [0, 1, 2]) drain(item);
  expect(gone.length).toBeLessThan(3);
  await expect.poll(() => gone).toEqual([0, 1, 2, 3]);
  drain(4);
  await expect.poll(() => gone).toEqual([0, 1, 2, 3, 4]);
});
