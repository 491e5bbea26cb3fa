/** Runs work as soon as one of a number of places is free, in the order of the calls. */
export type Semaphore = <T>(work: () => Promise<T>) => Promise<T>;

/** A semaphore with so many places. It has no limit of its own on the calls that wait: its callers bound them. */
export function createSemaphore(places: number): Semaphore {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async (work) => {
    if (inside < places) inside += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) inside -= 1;
      else next();
    }
  };
}
