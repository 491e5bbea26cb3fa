/**
 * Coalesces calls: at most one run at a time and one waiting. A call during a run gets the next run, because the current one may
 * have read before the change that the caller wants to see.
 */
export function coalesceRuns(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    running = run().finally(() => {
      running = undefined;
    });
    return running;
  };
  const afterwards = (): Promise<void> => {
    next = undefined;
    return start();
  };
  return () => {
    // Between the end of a run and the start of the one that waits, nothing runs: a call then gets the one that waits.
    if (next !== undefined) return next;
    if (running === undefined) return start();
    next = running.then(afterwards, afterwards);
    return next;
  };
}
