import { expect, test } from 'vitest';
import { chanceBounds, isByChance } from './share.ts';

test.each([
  // Sums of the binomial distribution that can be computed by hand.
  { trials: 1, share: 0.5, falseAlarm: 0.1, min: 0, max: 1 },
  { trials: 10, share: 0.5, falseAlarm: 0.0019, min: 0, max: 10 }, // P(0) = 1/1024 is more than half of it
  { trials: 10, share: 0.5, falseAlarm: 0.002, min: 1, max: 9 }, // P(0) is less than half of it
  { trials: 10, share: 0.5, falseAlarm: 0.0216, min: 2, max: 8 }, // P(0) + P(1) = 11/1024
  { trials: 3, share: 0.1, falseAlarm: 0.0021, min: 0, max: 2 }, // P(3) = 0.001
  // No chance involved.
  { trials: 500, share: 0, falseAlarm: 1e-6, min: 0, max: 0 },
  { trials: 500, share: 1, falseAlarm: 1e-6, min: 500, max: 500 },
  { trials: 0, share: 0.3, falseAlarm: 1e-6, min: 0, max: 0 },
])('$trials trials of $share: $min to $max at $falseAlarm', ({ trials, share, falseAlarm, min, max }) => {
  expect(chanceBounds(trials, share, falseAlarm)).toEqual({ min, max });
});

test('the bounds for 2,000 requests at 80 % are close to those of the normal distribution', () => {
  const { min, max } = chanceBounds(2000, 0.8);
  const reach = 4.89 * Math.sqrt(2000 * 0.8 * 0.2);
  expect(Math.abs(min - (1600 - reach))).toBeLessThan(6);
  expect(Math.abs(max - (1600 + reach))).toBeLessThan(6);
  expect(isByChance(1600, 2000, 0.8)).toBe(true);
  expect(isByChance(1500, 2000, 0.8)).toBe(false);
  expect(isByChance(1700, 2000, 0.8)).toBe(false);
});

test('the first term may underflow', () => {
  const { min, max } = chanceBounds(1_000_000, 0.5);
  expect(min).toBeGreaterThan(497_000);
  expect(max).toBeLessThan(503_000);
  expect(min + max).toBe(1_000_000);
});
