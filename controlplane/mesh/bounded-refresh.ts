/** How long a call waits at most to see what others wrote, in milliseconds. */
const PATIENCE = 250;
/** For how long nobody waits once that has failed, in milliseconds. */
const REST = 1000;

/**
 * Wraps `catchUp` for callers who would rather have the model as it is than none: never rejects, and waits only as long as
 * a caller can bear. While the store is away, one in a second waits at all.
 */
export function createFreshen(
  catchUp: () => Promise<void>,
  now: () => number = Date.now,
): () => Promise<void> {
  let restUntil = 0;
  return async () => {
    if (now() < restUntil) return;
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(resolve, PATIENCE, 'late');
    const outcome = await Promise.race([
      catchUp().then(
        () => 'fresh',
        () => 'failed',
      ),
      late,
    ]);
    clearTimeout(timer);
    if (outcome !== 'fresh') restUntil = now() + REST;
  };
}
