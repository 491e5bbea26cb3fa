import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { boundedCalls } from './calls.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a clock that is set back after a time-out does not keep the store away: calls failed until it had caught up', async () => {
  const call = boundedCalls('the database', () => false);
  const slow = call('commit', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    throw new Error('no answer');
  });
  const [outcome] = await Promise.all([
    slow.catch((error: unknown) => error),
    vi.advanceTimersByTimeAsync(1500),
  ]);
  expect(outcome).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(call('commit', async () => 'done')).rejects.toThrow('no answer');
  vi.setSystemTime(Date.now() - 3_600_000);
  await vi.advanceTimersByTimeAsync(1001);
  expect(await call('commit', async () => 'done')).toBe('done');
});
