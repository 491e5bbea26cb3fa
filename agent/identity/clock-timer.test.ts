import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClockTimer } from './clock-timer.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

let calls: number;
let timer: ReturnType<typeof createClockTimer>;
beforeEach(() => {
  vi.useFakeTimers();
  calls = 0;
  timer = createClockTimer(() => (calls += 1));
});
afterEach(() => {
  timer.close();
  vi.useRealTimers();
});

test('fires once, after the wait', () => {
  timer.set(36 * HOUR);
  vi.advanceTimersByTime(36 * HOUR - 1);
  expect(calls).toBe(0);
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(HOUR);
  expect(calls).toBe(1);
});

test('fires within a minute after the clock has passed its time: a machine that was suspended renewed its certificate a day late', () => {
  timer.set(36 * HOUR);
  vi.setSystemTime(Date.now() + 40 * HOUR);
  vi.advanceTimersByTime(MINUTE);
  expect(calls).toBe(1);
});

test('fires after the wait also if the clock is set back', () => {
  timer.set(HOUR);
  vi.setSystemTime(Date.now() - 1000 * HOUR);
  vi.advanceTimersByTime(HOUR);
  expect(calls).toBe(1);
});

test('fires at once for a wait that is no number, as of a damaged file, and once', () => {
  timer.set(Number.NaN);
  vi.advanceTimersByTime(MINUTE);
  expect(calls).toBe(1);
});

test('set again, fires for the last wait only; closed, never', () => {
  timer.set(HOUR);
  timer.set(2 * HOUR);
  vi.advanceTimersByTime(HOUR);
  expect(calls).toBe(0);
  timer.set(-5);
  vi.advanceTimersByTime(1);
  expect(calls).toBe(1);
  timer.set(HOUR);
  timer.close();
  timer.set(HOUR);
  vi.advanceTimersByTime(2 * HOUR);
  expect(calls).toBe(1);
});
