/** Runs work for a key once all earlier work for that key is done, whether it succeeded or failed. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Makes a queue a key; a key without work costs nothing. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    last.set(key, mine);
    const leave = (): void => {
      if (last.get(key) === mine) last.delete(key);
    };
    mine.then(leave, leave);
    return mine;
  };
}
