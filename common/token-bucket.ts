/** `rate`: how many a second in the long run, above 0. `burst`: how many at once after a silence, at least 1. */
export type BucketSettings = { readonly rate: number; readonly burst: number };

/** Says how long to wait: 0 where one may pass now, and it is then counted; else seconds, and nothing is counted. */
export type TokenBucket = () => number;

/** Starts full. `now`: milliseconds since 1970. */
export function createTokenBucket({ rate, burst }: BucketSettings, now: () => number): TokenBucket {
  let tokens = burst;
  let at = now();
  return () => {
    const time = now();
    // A clock that is set back gives nothing, and takes nothing.
    tokens = Math.min(burst, tokens + (Math.max(0, time - at) / 1000) * rate);
    at = time;
    if (tokens < 1) return (1 - tokens) / rate;
    tokens -= 1;
    return 0;
  };
}
