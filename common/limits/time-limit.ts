/**
 * Calls `onLate` after so many milliseconds, unless the returned function is called before. A process that had no processor time for a while runs its
 * timers before it reads what has arrived meanwhile: this one lets it be read first, so that an answer that came in time counts. It does not
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
