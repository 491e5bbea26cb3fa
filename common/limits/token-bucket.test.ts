import { afterEach, expect, test, vi } from 'vitest';
import { createTokenBucket } from './token-bucket.ts';

afterEach(() => void vi.useRealTimers());

test('admits a burst, then the rate', () => {
  let now = 0;
  const take = createTokenBucket({ rate: 2, burst: 2 }, () => now);
  expect([take(), take(), take()]).toEqual([0, 0, 0.5]);
  now = 500;
  expect([take(), take()]).toEqual([0, 0.5]);
  now = 60_000;
  expect([take(), take(), take()]).toEqual([0, 0, 0.5]);
});

test('a clock of the machine that is set forward admits no second burst', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const take = createTokenBucket({ rate: 0.001, burst: 1 });
  expect(take()).toBe(0);
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(take()).toBeGreaterThan(0);
});
