/** Tells from one look at Envoy after the other whether it hangs, in milliseconds of silence; undefined while it does not. */
export type HangWatch = (isSilent: boolean) => number | undefined;

const FEWEST_LOOKS = 3;
/** What one look counts for at most. Looks at an Envoy that is silent come 3 s apart, unless this process stood still itself. */
const LONGEST_STEP_MS = 5000;

/**
 * An Envoy hangs that gave no answer to three looks in a row, and for `limitMs`. Only time in which this process ran counts: one
 * that was stopped together with its Envoy, as the whole machine may be, knows nothing of the time between.
 */
export function createHangWatch(limitMs: number, now: () => number = () => performance.now()): HangWatch {
  let looks = 0;
  let silentMs = 0;
  let last = 0;
  return (isSilent) => {
    const at = now();
    silentMs = isSilent && looks > 0 ? silentMs + Math.min(at - last, LONGEST_STEP_MS) : 0;
    looks = isSilent ? looks + 1 : 0;
    last = at;
    return looks >= FEWEST_LOOKS && silentMs >= limitMs ? silentMs : undefined;
  };
}
