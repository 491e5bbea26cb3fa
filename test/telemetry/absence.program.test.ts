import { expect, test } from 'vitest';
import { observeAbsence } from './testing/absence.ts';

const MIB = 1024 * 1024;

// test/long/telemetry/telemetry-absence.ts is the long form, with the default limit of the queue.
test('a receiver that is away: the queue keeps its limit, the oldest spans are dropped and counted, and the newest arrive afterwards', {
  timeout: 240_000,
}, async () => {
  const { sent, arrived, dropped, mostWaiting, grownMb, hasNewest } = await observeAbsence({
    awayMs: 15_000,
    warmMs: 1000,
    queueMib: 1,
    spans: 500,
  });
  expect(dropped).toBeGreaterThan(0);
  expect(arrived + dropped).toBe(sent);
  expect(mostWaiting).toBeLessThanOrEqual(MIB);
  expect(hasNewest).toBe(true);
  // Garbage is in the figure, too. Without a limit, it would be the size of all that was sent.
  expect(grownMb).toBeLessThan(60);
});
