import { stat } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchStalls } from './stalls.ts';

test('a reader that has read is not reported by a process that stood still until the time limit was over', async () => {
  const limitMs = 50;
  const stalled: string[] = [];
  const stalls = watchStalls<string>(limitMs, (reader) => stalled.push(reader));
  // After an immediate, timers come before what other threads and the kernel have done.
  await turn();
  for (const reader of ['read', 'still']) stalls.waits(reader);
  // Another thread reads while this one is blocked, as the kernel sends written data.
  stat('/', () => stalls.reads('read'));
  for (const end = performance.now() + 20 * limitMs; performance.now() < end; );
  await expect.poll(() => stalled).toContain('still');
  expect(stalled).toEqual(['still']);
});
