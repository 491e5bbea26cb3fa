/** Growing waits with jitter, so that many clients spread out. */
export type Backoff = {
  /** Returns the next wait, in milliseconds. */
  next(): number;
  /** Starts again at the first wait. */
  reset(): void;
};

/** Options of a back-off. */
export type BackoffOptions = {
  /**
   * Whether the first wait is random between 0 and `firstMs`: clients that lost one server at the same moment then reach the next
   * one spread evenly over that time. Default: false, the first wait is shortened by up to half like the others.
   */
  readonly isFirstSpread?: boolean;
  /** Returns a number from 0 to 1. Default: Math.random. */
  readonly random?: () => number;
};

/** Creates a back-off with jitter: waits double from `firstMs` to `mostMs`, each shortened by up to half. */
export function createBackoff(
  firstMs: number,
  mostMs: number,
  { isFirstSpread = false, random = Math.random }: BackoffOptions = {},
): Backoff {
  let attempts = 0;
  return {
    next() {
      const longest = Math.min(mostMs, firstMs * 2 ** Math.min(attempts, 30));
      const isSpread = isFirstSpread && attempts === 0;
      attempts += 1;
      return longest * (isSpread ? random() : 0.5 + random() / 2);
    },
    reset: () => void (attempts = 0),
  };
}
