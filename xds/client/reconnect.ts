import { createBackoff, type Backoff } from './backoff.ts';

/** How long a client waits before it tries its servers again. */
export type ReconnectWaits = {
  /** After no server could be reached, or a stream was lost: 2 s at most, because another attempt then costs the servers nothing. */
  readonly unreachable: Backoff;
  /** After a server refused this client: 10 s at most, to spare that server. */
  readonly refused: Backoff;
};

const FIRST_MS = 1000;
const LONGEST_MS = 2000;
const LONGEST_REFUSED_MS = 10_000;

/**
 * Creates the waits of one client. Thousands of clients that lose a server at the same moment reach the next one spread over a second;
 * during an outage each tries about twice in three seconds. `random`: returns a number from 0 to 1, default Math.random.
 */
export function createReconnectWaits(random: () => number = Math.random): ReconnectWaits {
  const options = { isFirstSpread: true, random };
  return {
    unreachable: createBackoff(FIRST_MS, LONGEST_MS, options),
    refused: createBackoff(FIRST_MS, LONGEST_REFUSED_MS, options),
  };
}
