/** Longest wait of a call for the writes of other replicas, in milliseconds. */
const PATIENCE = 250;
/** After a failed wait, how long calls do not wait, in milliseconds. */
const REST = 1000;

/**
 * Wraps `catchUp` for callers that would rather read a stale model than fail: never rejects, and waits for at most 250 ms.
 * While the store is unreachable, only one call per second waits.
 */
export function createBoundedRefresh(
  catchUp: () => Promise<void>,
  now = () => performance.now(),
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
