import { unavailable } from '../../store/errors.ts';

/**
 * Runs work for a key once all earlier work for that key has succeeded or failed. Rejects with a StoreError when too much
 * work waits for the key already.
 */
export type KeyedMutex = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** How much work may wait for one key. */
const MOST = 500;

/** Creates a mutex per key; a key without work costs nothing. */
export function createKeyedMutex(most = MOST): KeyedMutex {
  const queues = new Map<string, { last: Promise<unknown>; length: number }>();
  return async (key, work) => {
    const queue = queues.get(key) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length > most) throw unavailable('commit', `${most} writes of the same owner wait already`);
    queues.set(key, queue);
    queue.length += 1;
    const mine = queue.length === 1 ? work() : queue.last.then(work, work);
    queue.last = mine;
    try {
      return await mine;
    } finally {
      queue.length -= 1;
      if (queue.length === 0) queues.delete(key);
    }
  };
}
