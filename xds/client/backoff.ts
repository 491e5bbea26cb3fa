/** Waits that become longer, each in part a matter of chance so that many clients spread out. */
export type Backoff = {
  /** The next wait in milliseconds. */
  next(): number;
  /** Begins again with the first. */
  reset(): void;
};

/** What of a back-off can be told otherwise. */
export type BackoffOptions = {
  /**
   * Whether the first wait may be anything from 0 to `firstMs`: clients that lost one server in the same moment then come to the next
   * one evenly over that time. Default: false, it is shortened by up to half like the others.
   */
  readonly isFirstSpread?: boolean;
  /** From 0 to 1, as Math.random, which is the default. */
  readonly random?: () => number;
};

/** A back-off with jitter: waits that double from `firstMs` to `mostMs`, each shortened by up to half. */
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
