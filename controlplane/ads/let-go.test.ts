import { expect, test } from 'vitest';
import { createLetGo } from './let-go.ts';

test('each is let go, in turn, also those that come while others are', async () => {
  const gone: number[] = [];
  const letGo = createLetGo((item: number) => {
    gone.push(item);
    if (item === 2) letGo(3);
  });
  for (const item of [0, 1, 2]) letGo(item);
  expect(gone.length).toBeLessThan(3);
  await expect.poll(() => gone).toEqual([0, 1, 2, 3]);
  letGo(4);
  await expect.poll(() => gone).toEqual([0, 1, 2, 3, 4]);
});
