/**
 * Calls `onLate` after `ms` milliseconds, unless the returned function is called before. A process that had no processor time for a while runs its
 * timers before it reads its input. This limit lets the process read first, so that an answer that arrived in time counts. The timer does not
 * keep the process alive.
 */
export function timeLimit(ms: number, onLate: () => void): () => void {
  let read: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Immediates run after input.
    read = setImmediate(onLate);
  }, ms).unref();
  return () => {
    clearTimeout(timer);
    clearImmediate(read);
  };
}
