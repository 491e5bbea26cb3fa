/** Gathers items until there are enough of them, or until the oldest has waited long enough. */
export type Batch<T> = {
  readonly add: (items: readonly T[]) => void;
  /** Passes the gathered items on now. */
  readonly flush: () => void;
};

/** Options of a batch. */
export type BatchOptions<T> = {
  /** The most items that are passed on at once. */
  readonly most: number;
  /** The size of an item in bytes, about. */
  readonly sizeOf: (item: T) => number;
  /** The longest that an item waits, in milliseconds. */
  readonly afterMs: number;
  readonly pass: (items: readonly T[]) => void;
};

/** Bytes that are passed on at once, or one item that is larger: receivers of gRPC take 4 MiB, and the items are no part of a queue yet. */
const MOST_BYTES = 1024 * 1024;

/** Creates a batch. Its timer does not keep the process alive. */
export function createBatch<T>({ most, sizeOf, afterMs, pass }: BatchOptions<T>): Batch<T> {
  let gathered: T[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length === 0) return;
    const items = gathered;
    gathered = [];
    bytes = 0;
    pass(items);
  }

  return {
    add(items) {
      for (const item of items) {
        const size = sizeOf(item);
        if (bytes + size > MOST_BYTES) flush();
        gathered.push(item);
        bytes += size;
        if (gathered.length >= most) flush();
      }
      if (gathered.length > 0) timer ??= setTimeout(flush, afterMs).unref();
    },
    flush,
  };
}
