import { expect, test } from 'vitest';
import { createHangWatch } from './hang.ts';

/** Results of a hang watch for polls at these times, in seconds; `-` marks a poll with an answer. */
function said(...looks: readonly (number | `${number}-`)[]): readonly (number | undefined)[] {
  let at = 0;
  const watch = createHangWatch(60_000, () => at);
  return looks.map((look) => {
    at = Number.parseFloat(String(look)) * 1000;
    return watch(typeof look === 'number');
  });
}

const everyThreeSeconds = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + 3 * index);

test('a minute without an answer is a hang', () => {
  const before = everyThreeSeconds(10, 20);
  expect(said(...before, 70).slice(-2)).toEqual([undefined, 60_000]);
});

test('one answer resets the watch', () => {
  const looks = [...everyThreeSeconds(10, 20), '68-' as const, ...everyThreeSeconds(70, 20)];
  expect(said(...looks).filter((each) => each !== undefined)).toEqual([]);
});

test('time in which the machine slept or the agent was stopped does not count', () => {
  expect(said(10, 13, 40_000, 40_003, 40_006, '40007-')).toEqual(Array(6).fill(undefined));
  // Envoy counts as hung if it stays silent afterwards.
  expect(said(10, 40_000, ...everyThreeSeconds(40_003, 19)).at(-1)).toBe(62_000);
});

test('fewer than three polls are no hang, however long they take', () => {
  let at = 0;
  const watch = createHangWatch(0, () => (at += 1000));
  expect([true, true, true].map(watch)).toEqual([undefined, undefined, 2000]);
});
