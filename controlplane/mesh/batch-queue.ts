import { setImmediate as soon } from 'node:timers/promises';
import { unavailable } from '../store/errors.ts';

/**
 * Queues work for a key. Work is carried out in batches, in order and one batch of a key at a time: work that arrives during one
 * makes the next. Throws a StoreError when too much work waits for the key already.
 */
export type BatchQueue<W> = (key: string, work: W) => void;

/** How much work may wait for one key, and the size of the largest batch. */
const LIMITS = { waiting: 500, batch: 64 };

/** Makes a queue per key; a key without work costs nothing. `carryOut` reports the outcome to the work itself, and never rejects. */
export function createBatchQueue<W>(
  carryOut: (batch: readonly W[]) => Promise<void>,
  { waiting, batch }: typeof LIMITS = LIMITS,
): BatchQueue<W> {
  const queues = new Map<string, W[]>();
  const run = async (key: string, queue: W[]): Promise<void> => {
    while (queue.length > 0) {
      // Work that arrived at the same moment is still on its way.
      await soon();
      await carryOut(queue.splice(0, batch));
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
