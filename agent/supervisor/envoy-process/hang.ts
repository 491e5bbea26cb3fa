/** Takes the result of each poll of Envoy. Returns the milliseconds of silence if Envoy hangs, else undefined. */
export type HangWatch = (isSilent: boolean) => number | undefined;

const MIN_POLLS = 3;
/** Longest time that one poll counts for. Polls of a silent Envoy come 3 s apart, unless this process itself was suspended. */
const LONGEST_STEP_MS = 5000;

/**
 * Creates a watch. Envoy hangs if it did not answer three polls in a row, for at least `limitMs`. Time in which this process was
 * suspended does not count: Envoy may have been suspended with it, e.g. on a sleeping machine.
 */
export function createHangWatch(limitMs: number, now: () => number = () => performance.now()): HangWatch {
  let polls = 0;
  let silentMs = 0;
  let last = 0;
  return (isSilent) => {
    const at = now();
    silentMs = isSilent && polls > 0 ? silentMs + Math.min(at - last, LONGEST_STEP_MS) : 0;
    polls = isSilent ? polls + 1 : 0;
    last = at;
    return polls >= MIN_POLLS && silentMs >= limitMs ? silentMs : undefined;
  };
}
