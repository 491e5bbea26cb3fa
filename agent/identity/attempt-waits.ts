import { createBackoff } from '../../xds/client/backoff.ts';

/** The waits between attempts to get a certificate. */
export type AttemptWaits = {
  /**
   * Returns the next wait, in milliseconds. `leastMs`: as long as the refusal says, 0 without one. `spreadMs`: over which time the control plane
   * spreads the renewal that failed, 0 if it has not asked for one.
   */
  readonly next: (hasCertificate: boolean, leastMs: number, spreadMs?: number) => number;
  /** Returns the next wait after a control plane that is busy, in milliseconds. `wishMs`: when it wants the agent to come again. */
  readonly afterBusy: (wishMs: number) => number;
  /** An attempt succeeded. */
  readonly reset: () => void;
};

/** Waits without a certificate, in milliseconds: doubled from 1 s to a minute. */
const FIRST = { firstMs: 1000, mostMs: 60_000 };
/** Renewals may wait longer: there is half of a lifetime. */
const RENEWAL = { firstMs: 10_000, mostMs: 300_000 };
/** Limits of a wish of the control plane, in milliseconds, and the part of it that is added at random. */
const WISH = { leastMs: 1000, mostMs: 600_000, jitter: 0.1 };

/**
 * Creates the waits of an agent. A refused agent waits for one to two times as long as the refusal says: of many that were refused at one moment,
 * few come back in the same second. A renewal that the control plane asked for waits up to twice as long as it was spread over: a control plane
 * that is too slow for a fleet is asked half as often, and not several times as often, until it keeps up. A control plane that says when to come again gives
 * each agent a moment of its own, so its wish is followed without growth. `random`: from 0 to 1.
 */
export function createAttemptWaits(random: () => number = Math.random): AttemptWaits {
  const first = createBackoff(FIRST.firstMs, FIRST.mostMs, { random });
  const renewal = createBackoff(RENEWAL.firstMs, RENEWAL.mostMs, { random });
  return {
    next: (hasCertificate, leastMs, spreadMs = 0) =>
      Math.max((hasCertificate ? renewal : first).next(), leastMs * (1 + random()), spreadMs * 2 * random()),
    afterBusy: (wishMs) =>
      Math.min(Math.max(wishMs, WISH.leastMs), WISH.mostMs) * (1 + WISH.jitter * random()),
    reset() {
      first.reset();
      renewal.reset();
    },
  };
}
