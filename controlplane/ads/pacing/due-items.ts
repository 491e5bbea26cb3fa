import { setTimeout as delay } from 'node:timers/promises';
import { inShortTurns } from '../short-turns.ts';

/** Items that wait for work. */
export type DueItems<T> = {
  /** Works on items at once or, if earlier ones are in progress, after those. A waiting item is not queued again. */
  readonly add: (items: Iterable<T>) => void;
};

/** Longest rest after some work, in milliseconds. */
const LONGEST_REST = 2000;

/**
 * Calls `work` for items in short turns, and for each item as rarely as possible: a storm of changes that affect the same items costs each
 * of them few calls. After the work on some items it rests for as long as that took, while further items gather and other work runs.
 */
export function createDueItems<T>(work: (item: T) => void): DueItems<T> {
  const due = new Set<T>();
  let isWorking = false;

  /** Takes each item out only when its turn has come: until then, it need not be added again. Items that are added meanwhile get the next run. */
  function* taken(): Generator<T> {
    for (const item of Array.from(due)) {
      due.delete(item);
      yield item;
    }
  }

  async function workAll(): Promise<void> {
    isWorking = true;
    try {
      while (due.size > 0) {
        const begin = performance.now();
        await inShortTurns(taken(), work);
        const took = performance.now() - begin;
        if (took >= 1) await delay(Math.min(took, LONGEST_REST), undefined, { ref: false });
      }
    } finally {
      isWorking = false;
    }
  }

  return {
    add(items) {
      for (const item of items) due.add(item);
      if (!isWorking) void workAll();
    },
  };
}
