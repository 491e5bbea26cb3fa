import type { Log } from '../../../common/log.ts';
import type { Change } from '../../mesh/resource.ts';

/**
 * Rebuilds the configurations that changes affect. `since`: when the oldest change arrived, as of performance.now. Returns the number
 * of affected streams.
 */
export type ApplyChanges = (changes: readonly Change[], since: number) => number;

/** Coalesces changes: applies a change at once or, while the proxies are busy with earlier ones, in a batch with others. */
export type Pacing = {
  readonly take: (changes: readonly Change[]) => void;
  /** Applies no more changes, and drops the waiting ones. */
  readonly close: () => void;
};

/** Approximate cost of sending a change to one stream and receiving its ACK, in milliseconds of CPU. */
const COST_A_STREAM = 0.1;

/** Longest wait of a change for earlier ones, in milliseconds. */
const LONGEST_REST = 2000;

/**
 * Applies a single change without delay. After a change that many streams see, it pauses for as long as the work for that
 * change takes. Further changes gather during the pause: a burst then costs each proxy few responses, and other work runs in
 * between.
 */
export function paceChanges(apply: ApplyChanges, log: Log): Pacing {
  let waiting: Change[] = [];
  let since = 0;
  let rest: NodeJS.Timeout | undefined;

  function rested(): void {
    rest = undefined;
    if (waiting.length === 0) return;
    try {
      applyWaiting();
    } catch (error) {
      log.error({ err: error }, 'cannot apply changes');
    }
  }

  /** Throws any error of `apply`. */
  function applyWaiting(): void {
    const changes = waiting;
    waiting = [];
    const begin = performance.now();
    let streams = 0;
    try {
      streams = apply(changes, since);
    } finally {
      const wanted = performance.now() - begin + streams * COST_A_STREAM;
      if (wanted >= 1) rest = setTimeout(rested, Math.min(wanted, LONGEST_REST));
    }
  }

  return {
    take(changes) {
      if (waiting.length === 0) since = performance.now();
      waiting.push(...changes);
      if (rest === undefined) applyWaiting();
    },
    close() {
      clearTimeout(rest);
      waiting = [];
    },
  };
}
