import { createTokenBucket, type BucketSettings, type TokenBucket } from './token-bucket.ts';

/** The most keys whose rates are tracked; beyond it, the least recent one is evicted. */
const MOST = 10_000;

/** Creates token buckets by key. `now`: milliseconds of a monotonic clock; for tests. */
export function createKeyedBuckets(
  settings: BucketSettings,
  now?: () => number,
): (key: string) => TokenBucket {
  const buckets = new Map<string, TokenBucket>();
  return (key) => {
    const bucket = buckets.get(key) ?? createTokenBucket(settings, now);
    // Deleted first, so that the map's order is from the least to the most recent use.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > MOST) {
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
    return bucket;
  };
}
