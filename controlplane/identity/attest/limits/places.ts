import { CallError } from '../../../../xds/grpc/call-error.ts';
import { status } from '../../../../xds/grpc/status.ts';

/** The place of one attempt. A new place waits. */
export type Place = {
  /** The attempt waits for its agent. It may have to give its place to another attempt. */
  readonly wait: () => void;
  /** The control plane works on the attempt, which keeps its place. */
  readonly work: () => void;
  readonly leave: () => void;
};

/** Places for attempts in progress. */
export type Places = {
  /** Takes a place. `giveWay` has to end the attempt, and the end has to call `leave`. @throws CallError if there is no place */
  readonly take: (giveWay: () => void) => Place;
};

/** Attempts in progress; each waits for its agent, a signature, the store or AWS. */
const MOST_AT_ONCE = 256;
/** How long an attempt may wait for its agent while all places are taken, in milliseconds. */
const LEAST_WAIT_MS = 1000;

/**
 * Limits the attempts in progress. If all places are taken, a new attempt gets the place of the one that has waited for its agent the
 * longest, if that was a second or more. So clients that send nothing do not keep agents out. `now`: milliseconds of a monotonic clock; for
 * tests.
 */
export function createPlaces(now: () => number = () => performance.now(), most = MOST_AT_ONCE): Places {
  /** The attempts that wait, each with the time since when, the oldest first. */
  const waiting = new Map<() => void, number>();
  const taken = new Set<() => void>();
  return {
    take(giveWay) {
      if (taken.size >= most) {
        const [oldest] = waiting;
        if (oldest === undefined || now() - oldest[1] < LEAST_WAIT_MS)
          throw new CallError(status.RESOURCE_EXHAUSTED, 'too many attestations in progress');
        oldest[0]();
      }
      const own = (): void => giveWay();
      taken.add(own);
      waiting.set(own, now());
      return {
        wait: () => void (taken.has(own) && waiting.set(own, now())),
        work: () => void waiting.delete(own),
        leave() {
          waiting.delete(own);
          taken.delete(own);
        },
      };
    },
  };
}
