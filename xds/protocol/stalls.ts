/** Watches over readers that do not read. */
export type StallWatch<T> = {
  /** Something was written that has not left yet. */
  waits(reader: T): void;
  /** Something has left: the reader reads. */
  reads(reader: T): void;
};

/** Calls `onStall` once for a reader to whom nothing that was written has left for so long, in milliseconds. */
export function watchStalls<T>(limitMs: number, onStall: (reader: T) => void): StallWatch<T> {
  const waitingSince = new Map<T, number>(); // the longest first
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    timer = undefined;
    for (const [reader, since] of waitingSince) {
      const left = since + limitMs - Date.now();
      if (left > 0) {
        timer = setTimeout(look, left).unref();
        return;
      }
      waitingSince.delete(reader);
      onStall(reader);
    }
  }

  return {
    waits(reader) {
      if (waitingSince.has(reader)) return;
      waitingSince.set(reader, Date.now());
      timer ??= setTimeout(look, limitMs).unref();
    },
    reads: (reader) => void waitingSince.delete(reader),
  };
}
