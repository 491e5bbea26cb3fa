import { expect, it } from 'vitest';
import { createAttemptWaits } from './attempt-waits.ts';

const AGENTS = 1000;
const MINUTES_MS = 10 * 60_000;

/** The same numbers in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The attempts in each second of ten minutes, if all agents are refused at each attempt, for the first time at the same moment. */
function attemptsBySecond(leastMs: number): readonly number[] {
  const seconds = Array.from({ length: MINUTES_MS / 1000 }, () => 0);
  const random = seeded(7);
  for (let agent = 0; agent < AGENTS; agent += 1) {
    const waits = createAttemptWaits(random);
    for (let at = waits.next(false, leastMs); at < MINUTES_MS; at += waits.next(false, leastMs))
      seconds[Math.floor(at / 1000)] = (seconds[Math.floor(at / 1000)] ?? 0) + 1;
  }
  return seconds;
}

it.each([
  ['NOT_BOUND', 30_000, 60],
  ['TOKEN_UNKNOWN', 60_000, 40],
  ['STS_AWAY', 5000, 260],
])('1,000 agents that are refused at once with %s come back spread out: no second has a storm', (_, leastMs, most) => {
  const seconds = attemptsBySecond(leastMs);
  expect(Math.max(...seconds)).toBeLessThan(most);
  expect(seconds.slice(0, leastMs / 1000).every((count) => count === 0)).toBe(true);
  // In the long run, each agent tries once in half a minute at most.
  const late = seconds.slice(300);
  expect(late.reduce((sum, count) => sum + count, 0) / late.length).toBeLessThan(AGENTS / 30);
});

it('a renewal has time: its waits grow to five minutes', () => {
  const waits = createAttemptWaits(() => 1);
  const all = Array.from({ length: 8 }, () => waits.next(true, 0));
  expect(all[0]).toBe(10_000);
  expect(all.at(-1)).toBe(300_000);
  waits.reset();
  expect(waits.next(true, 0)).toBe(10_000);
});

it('a fleet whose renewals failed asks half as often: it asked six times as often, so that a slow control plane issued nothing any more', () => {
  const [count, spreadMs] = [5000, 100_000];
  const waits = Array.from({ length: count }, (_, at) =>
    createAttemptWaits(() => (at + 0.5) / count).next(true, 0, { spreadMs, leftMs: 100 * spreadMs }),
  );
  const inSecond = (second: number) => waits.filter((wait) => Math.floor(wait / 1000) === second).length;
  expect(inSecond(50)).toBe(25);
  expect(inSecond(150)).toBe(25);
  expect(Math.max(...waits)).toBeLessThan(2 * spreadMs);
});

it('a fleet whose renewals fail again and again asks half as often each time: it asked as often as before, and a slow control plane had no time left to issue', () => {
  const [spreadMs, leftMs] = [100_000, 36 * 3_600_000];
  const waits = createAttemptWaits(() => 1);
  const longest = Array.from({ length: 9 }, () => waits.next(true, 0, { spreadMs, leftMs }));
  expect(longest.slice(0, 5)).toEqual([200_000, 400_000, 800_000, 1_600_000, 3_200_000]);
  // A quarter of the time that is left.
  expect(longest.at(-1)).toBe(9 * 3_600_000);
  waits.reset();
  expect(waits.next(true, 0, { spreadMs, leftMs })).toBe(200_000);
  expect(waits.next(true, 0, { spreadMs, leftMs: 60_000 })).toBe(200_000);
});

it('follows a control plane that is busy and says when to come again, within limits, and however often it says so', () => {
  const waits = createAttemptWaits(() => 1);
  expect([0, 30_000, 30_000, 30_000, 86_400_000].map(waits.afterBusy)).toEqual([
    1100, 33_000, 33_000, 33_000, 660_000,
  ]);
  expect(waits.next(true, 0)).toBe(10_000);
});
