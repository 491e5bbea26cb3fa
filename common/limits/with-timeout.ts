/**
 * Resolves or rejects as `work` does, but waits at most `ms` milliseconds. After a time-out, `work` continues and its result is ignored.
 * @throws Error `WHAT within N s`, on a time-out; `what` is a text such as `no answer`
 */
export async function withTimeout<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} within ${Math.ceil(ms) / 1000} s`)), ms);
  try {
    return await Promise.race([work, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}
