/** A timer that also follows the clock. */
export type ClockTimer = {
  /** Fires once, after this wait in milliseconds. Replaces an earlier wait. */
  readonly set: (ms: number) => void;
  /** Never fires again. */
  readonly close: () => void;
};

/** How often the clock is looked at, in milliseconds. */
const LOOK_MS = 60_000;

/**
 * Creates a timer for long waits. The kernel's timers stand still while a machine is suspended, and know nothing of a clock that is set forward: this
 * one fires within a minute after the clock has passed its time. If the clock is set back, it fires after the wait.
 */
export function createClockTimer(onDue: () => void): ClockTimer {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  return {
    set(wanted) {
      const ms = Number.isNaN(wanted) ? 0 : Math.max(wanted, 0);
      clearTimeout(timer);
      if (isClosed) return;
      const [byClock, byKernel] = [Date.now() + ms, performance.now() + ms];
      const look = (): void => {
        const left = Math.min(byClock - Date.now(), byKernel - performance.now());
        if (left <= 0) onDue();
        else timer = setTimeout(look, Math.min(Math.ceil(left), LOOK_MS)).unref();
      };
      timer = setTimeout(look, Math.min(ms, LOOK_MS)).unref();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
