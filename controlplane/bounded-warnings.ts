import type { Log } from '../common/log.ts';
import { createTokenBucket, type BucketSettings } from '../common/token-bucket.ts';

/** At once after a silence, and a second: a fleet that is refused comes back every few seconds, each with a line. */
const LOGGED: BucketSettings = { rate: 2, burst: 50 };

/** Writes warnings, but not more of them than people can read: a line says how many before it were left out, as `unlogged`. */
export function boundedWarnings(log: Log): (fields: object, message: string) => void {
  const loggable = createTokenBucket(LOGGED, Date.now);
  let unlogged = 0;
  return (fields, message) => {
    if (loggable() > 0) return void (unlogged += 1);
    log.warn({ ...fields, unlogged }, message);
    unlogged = 0;
  };
}
