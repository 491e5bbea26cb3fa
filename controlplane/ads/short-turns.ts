import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the work runs before it yields to the event loop, in milliseconds. */
const LONGEST_TURN = 20;

/** Calls `work` for each item, and yields to the event loop in between, so that other work does not wait for all of them. */
export async function inShortTurns<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let since = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - since < LONGEST_TURN) continue;
    await nextTurn();
    since = performance.now();
  }
}
