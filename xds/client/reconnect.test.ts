import { expect, test } from 'vitest';
import { createReconnectWaits, type ReconnectWaits } from './reconnect.ts';

const CLIENTS = 5000;
/** Duration of the outage, in milliseconds. */
const OUTAGE_MS = 60_000;

/** Generates numbers from 0 to 1, the same for the same seed (a linear congruential generator: Numerical Recipes, 7.1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (1_664_525 * state + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

/** Attempt times of each client, in milliseconds after all lost their server at the same moment. Each attempt fails at once. */
function attempts(which: keyof ReconnectWaits): readonly (readonly number[])[] {
  const random = seeded(1);
  return Array.from({ length: CLIENTS }, () => {
    const { [which]: waits } = createReconnectWaits(random);
    const times: number[] = [];
    // Includes the first attempt after the outage, which succeeds.
    for (let at = waits.next(); ; at += waits.next()) {
      times.push(at);
      if (at > OUTAGE_MS) return times;
    }
  });
}

/** The highest number of attempts in any window of `windowMs` milliseconds. */
function busiest(all: readonly (readonly number[])[], windowMs: number): number {
  const times = all.flat().toSorted((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last += 1) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

test('5,000 clients that lose their server at the same moment reach the next one spread evenly over a second', () => {
  const firsts = attempts('unreachable').map(([first = 0]) => [first]);
  expect(busiest(firsts, 100)).toBeLessThan(CLIENTS / 10 + 150);
});

test.each([
  'unreachable',
  'refused',
] as const)('no second of an outage has more attempts than clients: %s', (which) => {
  expect(busiest(attempts(which), 1000)).toBeLessThanOrEqual(CLIENTS);
  const late = attempts(which).map((times) => times.filter((at) => at > OUTAGE_MS / 2));
  expect(busiest(late, 1000)).toBeLessThan(CLIENTS * 0.75);
});

test('each of 5,000 clients tries again within 2 s of the end of an outage, within 10 s if it was refused', () => {
  const waited = (which: keyof ReconnectWaits) =>
    Math.max(...attempts(which).map((times) => (times.at(-1) ?? 0) - OUTAGE_MS));
  expect(waited('unreachable')).toBeLessThanOrEqual(2000);
  expect(waited('refused')).toBeLessThanOrEqual(10_000);
});

test('a client that was connected starts again at the first wait', () => {
  const { unreachable } = createReconnectWaits(() => 1);
  const waits = [unreachable.next(), unreachable.next(), unreachable.next()];
  unreachable.reset();
  expect([...waits, unreachable.next()]).toEqual([1000, 2000, 2000, 1000]);
});
