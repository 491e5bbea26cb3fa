/** A time limit that counts only while this process runs. */
export type AwakeLimit = {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  /** Ends the count. */
  end(): void;
};

const STEP_MS = 25;

/**
 * Starts a limit of `ms` milliseconds. A pause of the process, such as that of a container that has used up its share of the processor, counts for two
 * steps at most. The process reads its input before the limit expires; a plain timer would fire first. `isRef`: whether the count keeps the process
 * alive. Default: no.
 */
export function createAwakeLimit(ms: number, isRef = false): AwakeLimit {
  const controller = new AbortController();
  let left = ms;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  function step(): void {
    const since = performance.now();
    timer = setTimeout(
      () => {
        left -= Math.min(performance.now() - since, 2 * STEP_MS);
        setImmediate(() => {
          if (isOver) return;
          if (left > 0) step();
          else controller.abort();
        });
      },
      Math.min(left, STEP_MS),
    );
    if (!isRef) timer.unref();
  }
  step();
  return {
    signal: controller.signal,
    end() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
