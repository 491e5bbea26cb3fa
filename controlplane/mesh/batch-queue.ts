import { setImmediate as soon } from 'node:timers/promises';
import { unavailable } from '../store/errors.ts';

/**
 * Hands work for a key on in groups, one group of a key after the other, in the order in which it came: what comes while one
 * is under way makes the next. Throws a StoreError where too much waits already.
 */
export type Groups<W> = (key: string, work: W) => void;

/** How much may wait for one key, and how much makes a group. */
const LIMITS = { waiting: 500, together: 64 };

/** Makes a queue a key; a key without work costs nothing. `carryOut` tells its work itself what became of it, and never rejects. */
export function createGroups<W>(
  carryOut: (group: readonly W[]) => Promise<void>,
  { waiting, together }: typeof LIMITS = LIMITS,
): Groups<W> {
  const queues = new Map<string, W[]>();
  const run = async (key: string, queue: W[]): Promise<void> => {
    while (queue.length > 0) {
      // What arrived at the same moment is still on its way.
      await soon();
      await carryOut(queue.splice(0, together));
    }
    queues.delete(key);
  };
  return (key, work) => {
    const queue = queues.get(key);
    if (queue === undefined) {
      const first = [work];
      queues.set(key, first);
      void run(key, first);
    } else if (queue.length >= waiting) {
      throw unavailable('commit', `${waiting} writes to the same mesh wait already`);
    } else queue.push(work);
  };
}
