/**
 * Returns a function that coalesces concurrent calls of `work`: one run at a time, and one more for the calls that arrived during it, because its
 * answer may be older than they are. Each promise settles with the run that began after its call.
 */
export function together(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined) return run();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
}
