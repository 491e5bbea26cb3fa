import { createBackoff } from '../../xds/client/backoff.ts';

/** The waits between attempts to get a certificate. */
export type AttemptWaits = {
  /**
   * Returns the next wait, in milliseconds. `leastMs`: as long as the refusal says, 0 without one. `asked`: undefined if the control plane has not asked
   * for the renewal that failed.
   */
  readonly next: (hasCertificate: boolean, leastMs: number, asked?: AskedRenewal) => number;
  /** Returns the next wait after a control plane that is busy, in milliseconds. `wishMs`: the wait that it asked for. */
  readonly afterBusy: (wishMs: number) => number;
  /** An attempt succeeded. */
  readonly reset: () => void;
};

/** A renewal that the control plane asked for. Times in milliseconds: over which it spreads it, and until the certificate ends. */
export type AskedRenewal = { readonly spreadMs: number; readonly leftMs: number };

/** The largest part of the time that is left over which such a renewal is spread after failures: there is time for several more attempts. */
const LARGEST_SHARE = 0.25;
/** Waits without a certificate, in milliseconds: doubled from 1 s to a minute. */
const FIRST = { firstMs: 1000, mostMs: 60_000 };
/** Renewals may wait longer: there is half of a lifetime. */
const RENEWAL = { firstMs: 10_000, mostMs: 300_000 };
/** Limits of a wish of the control plane, in milliseconds, and the part of it that is added at random. */
const WISH = { leastMs: 1000, mostMs: 600_000, jitter: 0.1 };

/**
 * Creates the waits of an agent. `random`: from 0 to 1.
 *
 * - A refused agent waits one to two times as long as the refusal says, so that few of many refused agents come back in the same second.
 * - A renewal that the control plane asked for waits up to twice the time over which it was spread, and doubles that after each further failure. A
 *   control plane that is too slow for a fleet then gets half as many calls each time, until it keeps up.
 * - A control plane that says when to retry gives each agent its own moment, so such a wait does not grow.
 */
export function createAttemptWaits(random: () => number = Math.random): AttemptWaits {
  const first = createBackoff(FIRST.firstMs, FIRST.mostMs, { random });
  const renewal = createBackoff(RENEWAL.firstMs, RENEWAL.mostMs, { random });
  /** How often in a row a renewal has failed that the control plane asked for. */
  let failures = 0;

  function windowOf({ spreadMs, leftMs }: AskedRenewal): number {
    failures += 1;
    return Math.max(2 * spreadMs, Math.min(2 ** failures * spreadMs, leftMs * LARGEST_SHARE));
  }

  return {
    next(hasCertificate, leastMs, asked) {
      const window = asked === undefined ? 0 : windowOf(asked);
      return Math.max((hasCertificate ? renewal : first).next(), leastMs * (1 + random()), window * random());
    },
    afterBusy: (wishMs) =>
      Math.min(Math.max(wishMs, WISH.leastMs), WISH.mostMs) * (1 + WISH.jitter * random()),
    reset() {
      first.reset();
      renewal.reset();
      failures = 0;
    },
  };
}
