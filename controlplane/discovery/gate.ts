/** Lets work in when there is room, in the order in which it came. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** A gate for so much work at once. Who waits is bounded by who follows something: each has one question at a time. */
export function createGate(room: number): Gate {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async (work) => {
    if (inside < room) inside += 1;
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
