import { expect, it } from 'vitest';
import { createBoundedRefresh } from './bounded-refresh.ts';

it('waits until the model has caught up', async () => {
  let caughtUp = 0;
  await createBoundedRefresh(async () => {
    caughtUp += 1;
  })();
  expect(caughtUp).toBe(1);
});

it.each([
  ['fails', () => Promise.reject(new Error('the store is away'))],
  ['does not answer', () => new Promise<void>(() => undefined)],
])('reads a stale model when the store %s, and asks the store again only after a pause', async (_, answer) => {
  let asked = 0;
  const clock = { now: 5000 };
  const refresh = createBoundedRefresh(
    () => {
      asked += 1;
      return answer();
    },
    () => clock.now,
  );
  await refresh();
  await refresh();
  expect(asked).toBe(1);
  clock.now += 1000;
  await refresh();
  expect(asked).toBe(2);
});
