import type { Log } from '../common/log.ts';
import { createTokenBucket, type BucketSettings } from '../common/limits/token-bucket.ts';

/** The rate per second and the burst of warnings: each refused proxy of a fleet retries every few seconds. */
const LOGGED: BucketSettings = { rate: 2, burst: 50 };

/** Logs warnings at a bounded rate. The field `unlogged` of a line counts the warnings that were dropped before it. */
export function boundedWarnings(log: Log): (fields: object, message: string) => void {
  const loggable = createTokenBucket(LOGGED);
  let unlogged = 0;
  return (fields, message) => {
    if (loggable() > 0) return void (unlogged += 1);
    log.warn({ ...fields, unlogged }, message);
    unlogged = 0;
  };
}
