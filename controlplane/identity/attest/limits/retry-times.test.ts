import { expect, it } from 'vitest';
import { createRetryTimes } from './retry-times.ts';

const LIMITS = { leastMs: 2000, mostMs: 60_000 };

it('each client that is refused gets a moment of its own, as far apart as clients were served', () => {
  let now = 0;
  const times = createRetryTimes(LIMITS, () => now);
  for (; now < 10_000; now += 100) times.done();
  now = 9999;
  // Ten a second were served, so 12.5 a second come back.
  const waits = Array.from({ length: 100 }, times.next);
  expect(waits.slice(0, 4)).toEqual([2000, 2080, 2160, 2240]);
  expect(waits.at(-1)).toBe(2000 + 99 * 80);
});

it('a control plane that has served no client asks two clients a second back; no wait is longer than the limit', () => {
  let now = 0;
  const times = createRetryTimes(LIMITS, () => now);
  const waits = Array.from({ length: 1000 }, times.next);
  expect(waits.slice(0, 3)).toEqual([2000, 2500, 3000]);
  expect(Math.max(...waits)).toBe(60_000);
  now = 70_000;
  expect(times.next()).toBe(2000);
});
