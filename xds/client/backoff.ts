/** Waits that double from `firstMs` to `mostMs`, each shortened by up to half at random so that many clients spread out. */
export type Backoff = {
  /** The next wait in milliseconds. */
  next(): number;
  /** Begins again with the first. */
  reset(): void;
};

/** A back-off with jitter. */
export function createBackoff(firstMs: number, mostMs: number): Backoff {
  let attempts = 0;
  return {
    next: () => Math.min(mostMs, firstMs * 2 ** Math.min(attempts++, 30)) * (0.5 + Math.random() / 2),
    reset: () => void (attempts = 0),
  };
}
