import { expect, test } from 'vitest';
import { createDueItems } from './due-items.ts';

/** Longer than a turn, so that other work runs after each item. */
function busy(): void {
  const end = performance.now() + 25;
  while (performance.now() < end);
}

test('the first items are worked on at once', () => {
  const done: number[] = [];
  createDueItems((item: number) => void done.push(item)).add([1, 2]);
  expect(done).toEqual([1, 2]);
});

test('an item that is due again and again meanwhile is worked on once more', async () => {
  const done: string[] = [];
  const due = createDueItems((item: string) => {
    done.push(item);
    busy();
  });
  due.add(['a', 'b', 'c']);
  for (let index = 0; index < 100; index += 1) due.add(['a', 'c']);
  due.add(['d']);
  expect(done).toEqual(['a']);
  await expect.poll(() => done).toEqual(['a', 'b', 'c', 'a', 'd']);
});
