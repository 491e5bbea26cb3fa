/** Limits of a token bucket. `rate`: tokens per second, above 0. `burst`: capacity in tokens, at least 1. */
export type BucketSettings = { readonly rate: number; readonly burst: number };

/** Takes one token and returns 0, or returns the seconds until a token is available and takes none. */
export type TokenBucket = () => number;

/** Creates a full bucket. `now`: milliseconds of a monotonic clock; for tests. */
export function createTokenBucket(
  { rate, burst }: BucketSettings,
  now: () => number = () => performance.now(),
): TokenBucket {
  let tokens = burst;
  let at = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + (Math.max(0, time - at) / 1000) * rate);
    at = time;
    if (tokens < 1) return (1 - tokens) / rate;
    tokens -= 1;
    return 0;
  };
}
