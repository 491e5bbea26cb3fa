/** Detects readers that have stopped reading. */
export type StallWatch<T> = {
  /** A message to the reader was written and is not flushed. */
  waits(reader: T): void;
  /** Bytes were flushed: the reader makes progress. */
  reads(reader: T): void;
};

/** Calls `onStall` once for a reader with pending messages of which nothing was flushed for `limitMs` milliseconds. */
export function watchStalls<T>(limitMs: number, onStall: (reader: T) => void): StallWatch<T> {
  const waitingSince = new Map<T, number>(); // the longest first
  let timer: NodeJS.Timeout | undefined;

  // If this process did not run for a while, flushes that were due are reported before the immediate.
  const plan = (ms: number): NodeJS.Timeout => setTimeout(() => setImmediate(look), ms).unref();

  function look(): void {
    timer = undefined;
    for (const [reader, since] of waitingSince) {
      const left = since + limitMs - performance.now();
      if (left > 0) {
        timer = plan(left);
        return;
      }
      waitingSince.delete(reader);
      onStall(reader);
    }
  }

  return {
    waits(reader) {
      if (waitingSince.has(reader)) return;
      waitingSince.set(reader, performance.now());
      timer ??= plan(limitMs);
    },
    reads: (reader) => void waitingSince.delete(reader),
  };
}
