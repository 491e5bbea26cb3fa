import { createAwakeLimit } from './awake-limit.ts';

/**
 * Resolves or rejects as `work` does, but waits at most `ms` milliseconds. After a time-out, `work` continues and its result is ignored.
 * @throws Error `WHAT within N s`, on a time-out; `what` is a text such as `no answer`
 */
export async function withTimeout<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(tooLate(ms, what)), ms);
  try {
    return await Promise.race([work, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits as `withTimeout` does, for work of this process's own threads, such as reading a file: time in which the whole process was paused does not count. A
 * container that has used up its share of the processor would take its own pause for a file system that does not answer.
 * @throws Error as `withTimeout` does
 */
export async function withAwakeTimeout<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const limit = createAwakeLimit(ms, true);
  limit.signal.addEventListener('abort', () => reject(tooLate(ms, what)), { once: true });
  try {
    return await Promise.race([work, timedOut]);
  } finally {
    limit.end();
  }
}

function tooLate(ms: number, what: string): Error {
  return new Error(`${what} within ${Math.ceil(ms) / 1000} s`);
}
