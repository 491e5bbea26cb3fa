import { expect, test } from 'vitest';
import { createTimestamp } from './log-timestamp.ts';

test('the time is that of each line, in ISO 8601', () => {
  let ms = 0;
  const timestamp = createTimestamp(() => ms);
  const start = Date.UTC(2026, 1, 28, 23, 59, 58, 7);
  for (ms of [start, start + 1, start + 993, start + 994, start + 60_000, start + 1999, start]) {
    expect(timestamp()).toBe(`,"time":"${new Date(ms).toISOString()}"`);
  }
});
