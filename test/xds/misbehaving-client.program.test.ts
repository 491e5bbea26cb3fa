import { expect, test } from 'vitest';
import { fireAtControlPlane } from './control-plane-under-fire.ts';

/** How much more memory the process may use at the end than in the middle, in MiB: garbage that is not collected yet. */
const SLACK_MIB = 64;

test('100,000 malformed messages: the control plane does not crash, does not grow, and still serves', async () => {
  const { done, rssMib, left, serves, exitCode } = await fireAtControlPlane(100_000, 1);
  expect(done.messages).toBeGreaterThanOrEqual(100_000);
  expect(done.responses).toBeGreaterThan(1000);
  // Malformed and oversized messages were rejected as such; there was no internal error.
  expect(Object.keys(done.ends)).toEqual(expect.arrayContaining(['status 3', 'status 8', 'status 12']));
  expect(done.ends['status 13'] ?? 0).toBe(0);
  expect({ left, serves, exitCode }).toEqual({ left: 0, serves: true, exitCode: 0 });
  expect(Math.max(...rssMib.slice(5)) - (rssMib[4] ?? 0)).toBeLessThan(SLACK_MIB);
}, 600_000);
