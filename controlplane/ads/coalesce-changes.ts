import type { Log } from '../../common/log.ts';
import type { Change } from '../mesh/resource.ts';

/** Makes what changes touch anew, the oldest of which was there at `since` (as Date.now). Answers how many streams that is. */
export type ApplyChanges = (changes: readonly Change[], since: number) => number;

/** Changes that are taken over, each at once or, while the proxies are busy with those before, together with others. */
export type Pacing = {
  readonly take: (changes: readonly Change[]) => void;
  /** Takes over nothing more, and drops what waits. */
  readonly close: () => void;
};

/** About what it costs to send a stream a change and to hear that it has it, in milliseconds of CPU. */
const COST_A_STREAM = 0.1;

/** No change waits longer for those before it, in milliseconds. */
const LONGEST_REST = 2000;

/**
 * A change alone is never held up. After one that many streams see comes a rest as long as the work with it takes, in
 * which further changes gather: a burst of them then costs each proxy few responses, and others are heard in between.
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
      log.error({ err: error }, 'changes could not be taken over');
    }
  }

  /** Throws what `apply` throws. */
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
      if (waiting.length === 0) since = Date.now();
      waiting.push(...changes);
      if (rest === undefined) applyWaiting();
    },
    close() {
      clearTimeout(rest);
      waiting = [];
    },
  };
}
