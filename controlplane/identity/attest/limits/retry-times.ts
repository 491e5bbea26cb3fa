/** Tells clients that were refused when to come again. */
export type RetryTimes = {
  /** An attempt ended with a certificate. */
  readonly done: () => void;
  /** Returns the wait of the next client that is refused, in milliseconds. */
  readonly next: () => number;
};

/** Limits of the waits, in milliseconds. */
export type RetryLimits = { readonly leastMs: number; readonly mostMs: number };

/** Over how long attempts that ended well are counted, in milliseconds. */
const COUNTED_MS = 10_000;
/** The least clients a second that are asked back, so that a control plane that has done nothing yet is tried. */
const LEAST_A_SECOND = 2;
/** The most, as the limit of attempts. */
const MOST_A_SECOND = 200;
/** How much more clients are asked back than were served: refusals took a part of the time, and some clients do not come. */
const MORE = 1.25;

/**
 * Gives each client that is refused a moment of its own: they come back one after the other, as fast as the control plane has served clients in the last
 * ten seconds, and not all at once. `now`: milliseconds of a monotonic clock; for tests.
 */
export function createRetryTimes(
  { leastMs, mostMs }: RetryLimits,
  now: () => number = () => performance.now(),
): RetryTimes {
  const done: number[] = [];
  let last = -Infinity;

  function forgetOld(): void {
    const from = done.findIndex((at) => now() - at < COUNTED_MS);
    done.splice(0, from === -1 ? done.length : from);
  }

  function aSecond(): number {
    forgetOld();
    const served = (done.length / COUNTED_MS) * 1000 * MORE;
    return Math.min(Math.max(served, LEAST_A_SECOND), MOST_A_SECOND);
  }

  return {
    done() {
      forgetOld();
      done.push(now());
    },
    next() {
      const at = Math.max(now() + leastMs, last + 1000 / aSecond());
      last = Math.min(at, now() + mostMs);
      return Math.round(last - now());
    },
  };
}
