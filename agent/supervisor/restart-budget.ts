import { createBackoff } from '../../xds/client/backoff.ts';

/** Decides after each exit of Envoy whether and when to restart it. */
export type RestartBudget = {
  /** Restarts left before the agent gives up. */
  left(): number;
  /** Returns the milliseconds to wait before the next start, or undefined if the budget is used up. `liveMs`: how long Envoy was LIVE. */
  afterExit(liveMs: number): number | undefined;
};

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/**
 * Creates a budget of `limit` consecutive restarts, with exponential back-off and jitter. An Envoy that was LIVE for `stableMs` resets
 * budget and back-off.
 */
export function createRestartBudget(limit: number, stableMs: number): RestartBudget {
  const backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  let used = 0;
  return {
    left: () => limit - used,
    afterExit(liveMs) {
      if (liveMs >= stableMs) {
        used = 0;
        backoff.reset();
      }
      if (used >= limit) return undefined;
      used += 1;
      return backoff.next();
    },
  };
}
