/** Looks that are wanted often, and done now and then. */
export type Looks = {
  /** Asks for a look: at once, if the one before it is long enough ago. */
  readonly soon: () => void;
  /** Asks for a look after this time, in milliseconds, if none is asked for earlier. */
  readonly later: (ms: number) => void;
  readonly close: () => void;
};

/** Creates the timer of looks, which are `apart` milliseconds apart at least. */
export function createLooks(look: () => void, apart: number): Looks {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let lookedAt = -Infinity;

  function run(): void {
    timer = undefined;
    dueAt = Infinity;
    lookedAt = performance.now();
    look();
  }

  function at(time: number): void {
    if (time >= dueAt) return;
    clearTimeout(timer);
    dueAt = time;
    timer = setTimeout(run, Math.max(0, time - performance.now())).unref();
  }

  return {
    soon: () => at(Math.max(performance.now(), lookedAt + apart)),
    later: (ms) => at(performance.now() + ms),
    close: () => clearTimeout(timer),
  };
}
