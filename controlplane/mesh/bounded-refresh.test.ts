import { expect, it } from 'vitest';
import { createFreshen } from './bounded-refresh.ts';

it('waits until the model has caught up', async () => {
  let caughtUp = 0;
  await createFreshen(async () => {
    caughtUp += 1;
  })();
  expect(caughtUp).toBe(1);
});

it.each([
  ['fails', () => Promise.reject(new Error('the store is away'))],
  ['does not answer', () => new Promise<void>(() => undefined)],
])('goes on with the model as it is when the store %s, and asks it again only after a rest', async (_, answer) => {
  let asked = 0;
  const clock = { now: 5000 };
  const freshen = createFreshen(
    () => {
      asked += 1;
      return answer();
    },
    () => clock.now,
  );
  await freshen();
  await freshen();
  expect(asked).toBe(1);
  clock.now += 1000;
  await freshen();
  expect(asked).toBe(2);
});
