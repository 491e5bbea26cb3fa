import { createKeyedBuckets } from '../../../../common/limits/keyed-buckets.ts';
import { createTokenBucket, type TokenBucket } from '../../../../common/limits/token-bucket.ts';
import { CallError } from '../../../../xds/grpc/call-error.ts';
import { status } from '../../../../xds/grpc/status.ts';
import { createPlaces, type Place } from './places.ts';
import { createRetryTimes } from './retry-times.ts';

/** The limits of one kind of clients: those with a certificate of the authority, or those without. */
export type Budget = {
  /** Takes a new attempt, whose `giveWay` has to end it with that error. @throws CallError if there is no room */
  readonly enter: (giveWay: (error: CallError) => void) => Place;
  /** Counts an attempt of a node. @throws CallError if it has had too many */
  readonly countNode: (node: string) => void;
  /** An attempt ended with a certificate. */
  readonly done: () => void;
  /** Returns the error with which to end an attempt: it says when to come again, if the control plane has too much to do. */
  readonly withRetry: (error: unknown) => unknown;
};

/** New attempts a second, in all: above the certificates that two cores issue, with room for a fleet that starts at once. */
const RATE = { rate: 200, burst: 2000 };
/** New attempts a second of one node, so that its instances in a crash loop do not use up those of others. */
const NODE_RATE = { rate: 20, burst: 500 };
/** When clients that were refused may come again, in milliseconds. Those without a certificate may be anyone, and each of them delays all others. */
const RETRY = {
  strangers: { leastMs: 2000, mostMs: 60_000 },
  agents: { leastMs: 2000, mostMs: 300_000 },
};

/** Creates the limits of a kind of clients. `clock`: milliseconds of a monotonic clock. */
export function createBudget(kind: keyof typeof RETRY, clock: () => number): Budget {
  const all = createTokenBucket(RATE, clock);
  const ofNode = createKeyedBuckets(NODE_RATE, clock);
  const places = createPlaces(clock);
  const retry = createRetryTimes(RETRY[kind], clock);

  function requireRate(bucket: TokenBucket, which: string): void {
    const waitMs = bucket() * 1000;
    if (waitMs === 0) return;
    const retryAfterMs = Math.max(waitMs, retry.next());
    throw new CallError(status.RESOURCE_EXHAUSTED, `too many attestations ${which}`, { retryAfterMs });
  }

  function withRetry(error: unknown): unknown {
    if (!(error instanceof CallError) || error.code !== status.RESOURCE_EXHAUSTED) return error;
    if (error.retryAfterMs !== undefined) return error;
    return new CallError(error.code, error.message, { retryAfterMs: retry.next(), cause: error });
  }

  return {
    enter(giveWay) {
      requireRate(all, 'at once');
      try {
        return places.take(() => {
          const text = 'another attempt took the place of this one, which waited for its agent';
          giveWay(new CallError(status.RESOURCE_EXHAUSTED, text, { retryAfterMs: retry.next() }));
        });
      } catch (error) {
        throw withRetry(error);
      }
    },
    countNode: (node) => requireRate(ofNode(node), 'of this node'),
    done: retry.done,
    withRetry,
  };
}
