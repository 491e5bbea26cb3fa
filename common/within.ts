/**
 * What `work` comes to. Where that takes longer than `ms` milliseconds it is not waited for any more, whatever becomes of it.
 * @throws Error that says that `what` took too long
 */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
