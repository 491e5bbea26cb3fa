import type { Parser } from '../../common/settings.ts';
import { userArn, type Principal } from '../auth/principal.ts';
import { tooManyRequests } from './errors.ts';
import {
  createTokenBucket,
  type BucketSettings,
  type TokenBucket,
} from '../../common/limits/token-bucket.ts';

/** Counts one call. Throws an ApiError TooManyRequestsException with the time of the next allowed call. */
export type RateLimit = (caller: Principal, address: string) => void;

/** `RATE` or `RATE:BURST`. Default burst: the calls of two seconds, at least one. */
export const rateLimit: Parser<BucketSettings> = (value) => {
  const [, rateText, burstText] = /^(\d{1,6}(?:\.\d{1,3})?)(?::(\d{1,6}))?$/.exec(value) ?? [];
  const rate = Number(rateText);
  const burst = burstText === undefined ? Math.max(1, Math.ceil(2 * rate)) : Number(burstText);
  if (rate > 0 && burst >= 1) return { value: { rate, burst } };
  return {
    wanted:
      'RATE or RATE:BURST, with a rate in calls per second above 0, and a burst in whole calls of at least 1',
  };
};

/** The most callers whose rates are tracked; beyond it, the least recent one is evicted. */
const MOST = 10_000;

/** Admits every call. */
export const unlimited: RateLimit = () => undefined;

/**
 * Limits the rate of each user, or of each address if authentication is off. Refused calls are not counted.
 * `now`: milliseconds of a monotonic clock; for tests.
 */
export function limitRate(settings: BucketSettings, now?: () => number): RateLimit {
  const buckets = new Map<string, TokenBucket>();
  return (caller, address) => {
    const key = caller.kind === 'user' ? userArn(caller) : address;
    const bucket = buckets.get(key) ?? createTokenBucket(settings, now);
    // Deleted first, so that the map's order is from the least to the most recent call.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > MOST) evictOldest(buckets);
    const wait = bucket();
    if (wait === 0) return;
    const seconds = Math.max(1, Math.ceil(wait));
    const { rate, burst } = settings;
    throw tooManyRequests(
      `Rate exceeded: ${rate} calls per second, with bursts of up to ${burst}. Try again in ${seconds} s.`,
      seconds,
    );
  };
}

function evictOldest(buckets: Map<string, TokenBucket>): void {
  const [oldest] = buckets.keys();
  if (oldest !== undefined) buckets.delete(oldest);
}
