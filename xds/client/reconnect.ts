import { createBackoff, type Backoff } from './backoff.ts';

/** How long a client waits before it tries its servers again. */
export type ReconnectWaits = {
  /** After no server could be reached, or one was lost: 2 s at most, because it costs nobody anything to be asked again. */
  readonly unreachable: Backoff;
  /** After a server refused this client: 10 s at most, because it has to be let be. */
  readonly refused: Backoff;
};

const FIRST_MS = 1000;
const LONGEST_MS = 2000;
const LONGEST_REFUSED_MS = 10_000;

/**
 * The waits of one client. The thousands that lose a server in one moment come to the next one spread over a second, and while none can
 * be reached each asks about twice in three seconds. `random`: from 0 to 1, default Math.random.
 */
export function createReconnectWaits(random: () => number = Math.random): ReconnectWaits {
  const options = { isFirstSpread: true, random };
  return {
    unreachable: createBackoff(FIRST_MS, LONGEST_MS, options),
    refused: createBackoff(FIRST_MS, LONGEST_REFUSED_MS, options),
  };
}
