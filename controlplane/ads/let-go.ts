import { pace } from './spread.ts';

/** Lets one after another go, not more of them at once than `pace` has it, however many come together. */
export function createLetGo<T>(act: (item: T) => void): (item: T) => void {
  let waiting: T[] = [];
  let isAtWork = false;

  async function work(): Promise<void> {
    isAtWork = true;
    while (waiting.length > 0) {
      const items = waiting;
      waiting = [];
      await pace(items, Infinity, act);
    }
    isAtWork = false;
  }

  return (item) => {
    waiting.push(item);
    if (!isAtWork) void work();
  };
}
