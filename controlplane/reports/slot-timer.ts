import { SLOT_MS } from './figures/slots.ts';

/** A timer that goes off once, when the current slot has ended. */
export type SlotTimer = {
  /** Starts it, unless it runs already. It does not keep the process alive. */
  readonly arm: () => void;
  readonly close: () => void;
};

/** Creates a timer that does not run. `now`: a monotonic clock in milliseconds. */
export function createSlotTimer(onSlot: () => void, now: () => number): SlotTimer {
  let timer: NodeJS.Timeout | undefined;
  return {
    arm() {
      // A little later than the border, because timers may be a millisecond early.
      timer ??= setTimeout(
        () => {
          timer = undefined;
          onSlot();
        },
        SLOT_MS - (now() % SLOT_MS) + 5,
      ).unref();
    },
    close: () => clearTimeout(timer),
  };
}
