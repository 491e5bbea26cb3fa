import { expect, test } from 'vitest';
import { fireAtControlPlane } from './control-plane-under-fire.ts';

/** How much more the process may hold in the end than in the middle, in MiB: what the collector leaves until it must not. */
const SLACK_MIB = 64;

test('100,000 messages that make no sense: the control plane neither crashes, nor grows, nor forgets to serve', async () => {
  const { done, rssMib, left, serves, exitCode } = await fireAtControlPlane(100_000, 1);
  expect(done.messages).toBeGreaterThanOrEqual(100_000);
  expect(done.responses).toBeGreaterThan(1000);
  // Garbage, and what is too much, were refused as such; nothing was an internal error.
  expect(Object.keys(done.ends)).toEqual(expect.arrayContaining(['status 3', 'status 8', 'status 12']));
  expect(done.ends['status 13'] ?? 0).toBe(0);
  expect({ left, serves, exitCode }).toEqual({ left: 0, serves: true, exitCode: 0 });
  expect(Math.max(...rssMib.slice(5)) - (rssMib[4] ?? 0)).toBeLessThan(SLACK_MIB);
}, 600_000);
