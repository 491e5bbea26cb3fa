import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLooks } from './looks.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Looks 50 ms apart; each takes `takes` milliseconds. */
function start(takes = 0) {
  const looks: number[] = [];
  const { soon, later, close } = createLooks(() => {
    looks.push(performance.now());
    if (takes > 0) vi.advanceTimersByTime(takes);
  }, 50);
  const begin = performance.now();
  return { soon, later, close, at: () => looks.map((time) => Math.round(time - begin)) };
}

test('the first look is at once, further ones are 50 ms apart, and many questions are one look', () => {
  const { soon, at } = start();
  for (let ms = 0; ms < 200; ms += 5) {
    soon();
    soon();
    vi.advanceTimersByTime(5);
  }
  expect(at()).toEqual([0, 50, 100, 150, 200]);
});

test('a look for later comes, unless one comes earlier; none comes after the end', () => {
  const { soon, later, close, at } = start();
  later(200);
  later(300);
  vi.advanceTimersByTime(199);
  expect(at()).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(at()).toEqual([200]);
  later(500);
  vi.advanceTimersByTime(100);
  soon();
  vi.advanceTimersByTime(1);
  expect(at()).toEqual([200, 300]);
  vi.advanceTimersByTime(1000);
  expect(at()).toEqual([200, 300]);
  soon();
  close();
  vi.advanceTimersByTime(1000);
  expect(at()).toEqual([200, 300]);
});

test('looks that take long have a longer rest: a twentieth of the time goes into looks', () => {
  const { soon, at } = start(10);
  for (let ms = 0; ms < 1000; ms += 5) {
    soon();
    vi.advanceTimersByTime(5);
  }
  const [first = 0, second = 0, third = 0] = at();
  expect(second - first).toBeGreaterThanOrEqual(200);
  expect(third - second).toBeGreaterThanOrEqual(200);
  expect(at().length).toBeLessThanOrEqual(6);
});
