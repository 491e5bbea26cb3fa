import { expect, test } from 'vitest';
import { pathOf, ticksTo, timesBetween } from './ticks.ts';

test.each([
  [0, [0, 0.005]],
  [0.4, [0, 0.1, 0.2, 0.30000000000000004, 0.4]],
  [7, [0, 2, 4, 6, 8]],
  [20, [0, 5, 10, 15, 20]],
  [39, [0, 10, 20, 30, 40]],
  [9_999_999, [0, 5_000_000, 10_000_000]],
])('the scale of a chart whose largest number is %i has round steps', (most, ticks) => {
  expect(ticksTo(most)).toEqual(ticks);
});

test('the times on a chart are full minutes', () => {
  expect(timesBetween(1000, 1020)).toEqual([1020]);
  expect(timesBetween(1000, 1010)).toEqual([]);
  expect(timesBetween(0, 900)).toEqual([0, 300, 600, 900]);
  expect(timesBetween(10, 910)).toEqual([300, 600, 900]);
});

test('a row of numbers is a path with a gap where figures are missing, and a number between gaps is a point', () => {
  const path = pathOf(
    [0, 1, 2, 3, 4],
    [1, 2, null, 3, null],
    (time) => time * 10,
    (value) => 100 - value,
  );
  expect(path).toBe('M0.0 99.0L10.0 98.0M30.0 97.0');
});
