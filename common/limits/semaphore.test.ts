import { expect, test } from 'vitest';
import { createSemaphore } from './semaphore.ts';

test('a semaphore limits concurrent work, runs it in call order, and releases the permit of failed work', async () => {
  const semaphore = createSemaphore(2);
  const begun: number[] = [];
  const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const works = ends.map(({ promise }, index) =>
    semaphore(async () => {
      begun.push(index);
      await promise;
      return index;
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  ends[1]?.reject(new Error('no'));
  await expect(works[1]).rejects.toThrow('no');
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  for (const { resolve } of ends) resolve();
  expect(await Promise.all([works[0], works[2], works[3]])).toEqual([0, 2, 3]);
  expect(await semaphore(async () => 'free')).toBe('free');
});
