import { setImmediate as soon } from 'node:timers/promises';
import { unavailable } from '../../store/errors.ts';

/**
 * Queues work per key. Work runs in batches, in order, one batch per key at a time: work that arrives during a batch goes into
 * the next one. Throws a StoreError if too much work waits for the key.
 */
export type BatchQueue<W> = (key: string, work: W) => void;

/** How much work may wait per key, and the size of the largest batch. */
const LIMITS = { waiting: 500, batch: 64 };

/** Creates a queue per key; a key without work costs nothing. `carryOut` reports the outcome to the work, and never rejects. */
export function createBatchQueue<W>(
  carryOut: (batch: readonly W[]) => Promise<void>,
  { waiting, batch }: typeof LIMITS = LIMITS,
): BatchQueue<W> {
  const queues = new Map<string, W[]>();
  const run = async (key: string, queue: W[]): Promise<void> => {
    while (queue.length > 0) {
      // Work of the same turn of the event loop joins the batch.
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
