import { createBackoff } from '../../xds/client/backoff.ts';

/** Says after each end of Envoy whether, and when, it is started again. */
export type RestartBudget = {
  /** Restarts that are left before the agent gives up. */
  left(): number;
  /** Milliseconds to wait before the next start, or undefined when the budget is used up. `liveMs`: how long it was LIVE. */
  afterExit(liveMs: number): number | undefined;
};

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/**
 * A budget of `limit` restarts in a row, with exponential back-off and jitter between them. An Envoy that was LIVE for
 * `stableMs` ends the row: budget and back-off begin anew.
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
