/** Gathers items until there are enough of them, or for a time. */
export type Batch<T> = {
  readonly add: (items: readonly T[]) => void;
  /** Passes the gathered items on now. */
  readonly flush: () => void;
};

/** Options of a batch. */
export type BatchOptions<T> = {
  /** The most items that are passed on at once. */
  readonly most: number;
  /** The longest that an item waits, in milliseconds. */
  readonly afterMs: number;
  readonly pass: (items: readonly T[]) => void;
};

/** Creates a batch. Its timer does not keep the process alive. */
export function createBatch<T>({ most, afterMs, pass }: BatchOptions<T>): Batch<T> {
  let gathered: T[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length === 0) return;
    const items = gathered;
    gathered = [];
    pass(items);
  }

  return {
    add(items) {
      for (const item of items) {
        gathered.push(item);
        if (gathered.length >= most) flush();
      }
      if (gathered.length > 0) timer ??= setTimeout(flush, afterMs).unref();
    },
    flush,
  };
}
