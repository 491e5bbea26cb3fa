import { expect, test } from 'vitest';
import { createRestartBudget } from './restart-budget.ts';

test('a budget of 0 allows no restart', () => {
  expect(createRestartBudget(0, 60_000).afterExit(59_999)).toBeUndefined();
});

test('consecutive crashes use up the budget, and each wait is up to twice the previous one', () => {
  const budget = createRestartBudget(3, 60_000);
  const waits = [0, 10, 59_999].map((liveMs) => budget.afterExit(liveMs));
  for (const [index, longest] of [200, 400, 800].entries()) {
    expect(waits[index]).toBeGreaterThanOrEqual(longest / 2);
    expect(waits[index]).toBeLessThanOrEqual(longest);
  }
  expect(budget.left()).toBe(0);
  expect(budget.afterExit(0)).toBeUndefined();
});

test('waits do not grow beyond ten seconds', () => {
  const budget = createRestartBudget(10, 60_000);
  const waits = Array.from({ length: 10 }, () => budget.afterExit(0) ?? 0);
  expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
});

test('a minute LIVE resets the budget', () => {
  const budget = createRestartBudget(2, 60_000);
  budget.afterExit(0);
  budget.afterExit(0);
  expect(budget.afterExit(60_000)).toBeLessThanOrEqual(200);
  expect(budget.left()).toBe(1);
});
