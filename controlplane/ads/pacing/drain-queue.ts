import { spread } from './spread.ts';

/** Drains items one after another, as many at once as `spread` allows, however many are queued together. */
export function createDrainQueue<T>(act: (item: T) => void): (item: T) => void {
  let waiting: T[] = [];
  let isAtWork = false;

  async function work(): Promise<void> {
    isAtWork = true;
    while (waiting.length > 0) {
      const items = waiting;
      waiting = [];
      await spread(items, Infinity, act);
    }
    isAtWork = false;
  }

  return (item) => {
    waiting.push(item);
    if (!isAtWork) void work();
  };
}
