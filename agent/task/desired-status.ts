import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';
import { fetchTask } from '../location/task-metadata.ts';

/** Inputs of the watch. Times are in milliseconds. */
export type DesiredStatusOptions = {
  /** The base URL of the ECS task metadata. */
  readonly endpoint: string;
  readonly log: Log;
  /** Default: 1,000. */
  readonly pollMs?: number;
  /** The longest back-off after failures; it doubles from `pollMs`, with jitter. Default: 30,000. */
  readonly longestWaitMs?: number;
};

const POLL_MS = 1000;
const LIMIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Resolves with true once ECS wants the task to be stopped (`DesiredStatus` is `STOPPED`), which it may do before it stops the first
 * container; with false when `signal` aborts. Never rejects: a metadata service that does not answer is asked again later.
 */
export async function untilStopDesired(
  { endpoint, log, pollMs = POLL_MS, longestWaitMs = LONGEST_WAIT_MS }: DesiredStatusOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const backoff = createBackoff(pollMs, longestWaitMs);
  let failures = 0;
  while (!signal.aborted) {
    let wait = pollMs;
    try {
      const { desiredStatus } = await fetchTask(endpoint, { limitMs: LIMIT_MS, signal });
      if (desiredStatus === 'STOPPED') return true;
      backoff.reset();
      failures = 0;
    } catch (error) {
      failures += 1;
      wait = backoff.next();
      const reason = errorText(error);
      if (failures === 1 && !signal.aborted) log.debug({ reason }, 'the task metadata cannot be read');
    }
    await delay(wait, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return false;
}
