import type { Parser } from '../../common/settings.ts';
import { userArn, type Principal } from '../auth/principal.ts';
import { tooManyRequests } from './errors.ts';
import { createTokenBucket, type BucketSettings, type TokenBucket } from '../../common/token-bucket.ts';

/** Counts one call. Throws an ApiError TooManyRequestsException that says when the next one will do. */
export type RateLimit = (caller: Principal, address: string) => void;

/** `RATE` or `RATE:BURST`; the burst is what passes in two seconds unless it is given, and at least one call. */
export const rateLimit: Parser<BucketSettings> = (value) => {
  const [, rateText, burstText] = /^(\d{1,6}(?:\.\d{1,3})?)(?::(\d{1,6}))?$/.exec(value) ?? [];
  const rate = Number(rateText);
  const burst = burstText === undefined ? Math.max(1, Math.ceil(2 * rate)) : Number(burstText);
  if (rate > 0 && burst >= 1) return { value: { rate, burst } };
  return { wanted: 'RATE or RATE:BURST, calls a second, more than 0, and whole calls at once, at least 1' };
};

/** So many principals are remembered. Addresses are, where nobody is asked who he is. */
const MOST = 10_000;

/** Every call is within the limit. */
export const unlimited: RateLimit = () => undefined;

/**
 * A limit for each user, or for each address where nobody is asked who he is. Refused calls cost nothing.
 * `now`: milliseconds since 1970.
 */
export function limitRate(settings: BucketSettings, now: () => number): RateLimit {
  const buckets = new Map<string, TokenBucket>();
  return (caller, address) => {
    const key = caller.kind === 'user' ? userArn(caller) : address;
    const bucket = buckets.get(key) ?? createTokenBucket(settings, now);
    // Deleted first, so that the map's order is that of the last calls.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > MOST) forgetOldest(buckets);
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

function forgetOldest(buckets: Map<string, TokenBucket>): void {
  const [oldest] = buckets.keys();
  if (oldest !== undefined) buckets.delete(oldest);
}
