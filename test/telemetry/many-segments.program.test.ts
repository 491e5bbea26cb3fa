import { expect, test } from 'vitest';
import { sendSegments } from './testing/many-segments.ts';

// test/long/telemetry/many-segments.ts sends 200,000.
const SEGMENTS = 20_000;

test('every segment that the kernel delivers is sent on, or counted as dropped', async () => {
  const { sent, dropped, rejected, arrived } = await sendSegments(SEGMENTS);
  expect({ all: sent + dropped, rejected }).toEqual({ all: SEGMENTS, rejected: 0 });
  expect(arrived).toBe(sent);
});
