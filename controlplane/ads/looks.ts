/** Looks that are wanted often, and done now and then. */
export type Looks = {
  /** Asks for a look: at once, if the one before it is long enough ago. */
  readonly soon: () => void;
  /** Asks for a look after this time, in milliseconds, if none is asked for earlier. */
  readonly later: (ms: number) => void;
  readonly close: () => void;
};

/** A look of 10 ms has 200 ms after it, so that looks take a twentieth of a core at most. */
const REST = 20;
/** The longest rest, in milliseconds. */
const LONGEST_REST = 1000;

/** Creates the timer of looks. They are `apart` milliseconds apart at least, and further if they take long. */
export function createLooks(look: () => void, apart: number): Looks {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let restsUntil = -Infinity;

  function run(): void {
    timer = undefined;
    dueAt = Infinity;
    const began = performance.now();
    look();
    const end = performance.now();
    restsUntil = end + Math.min(LONGEST_REST, Math.max(apart, (end - began) * REST));
  }

  function at(time: number): void {
    const due = Math.max(time, restsUntil);
    if (due >= dueAt) return;
    clearTimeout(timer);
    dueAt = due;
    timer = setTimeout(run, Math.max(0, due - performance.now())).unref();
  }

  return {
    soon: () => at(performance.now()),
    later: (ms) => at(performance.now() + ms),
    close: () => clearTimeout(timer),
  };
}
