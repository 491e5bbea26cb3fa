import { expect } from 'vitest';
import type { Outcome } from './callers/caller.ts';

/** The time-out in a model, in milliseconds, and a limit below any default, of which 15 s is the lowest. */
const SECOND_MS = 1000;
const SOON_MS = 14_000;
/** A machine that stands still exceeds every limit. */
const ATTEMPTS = 5;

/** Asks until an outcome is right and comes after the time-out of a second, and before any default, five times at most. */
export async function inTime(
  ask: () => Promise<Outcome>,
  isRight: (outcome: Outcome) => void,
): Promise<void> {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    const outcome = await ask();
    try {
      isRight(outcome);
      // Envoy's timers count from the beginning of a turn of its loop.
      expect(outcome.tookMs).toBeGreaterThan(SECOND_MS / 2);
      expect(outcome.tookMs).toBeLessThan(SOON_MS);
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
