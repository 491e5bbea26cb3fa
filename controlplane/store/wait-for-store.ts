import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';
import { coded } from '../codes.ts';
import { StoreError } from './errors.ts';

/** How long each step of a start waits for a store that is away, in milliseconds. */
export const START_PATIENCE_MS = 30_000;

/**
 * Runs a step of the start that needs the store. While the store is away, it logs the reason and tries again with back-off, for
 * at most `patienceMs`.
 * @throws the error of the last attempt; at once, if another attempt cannot help
 */
export async function waitForStore<T>(
  step: () => Promise<T>,
  log: Log,
  patienceMs: number = START_PATIENCE_MS,
): Promise<T> {
  const backoff = createBackoff(100, 3000);
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const wait = backoff.next();
      const isWorthwhile = error instanceof StoreError && error.isPassing;
      if (!isWorthwhile || performance.now() + wait > end) throw error;
      log.warn(coded('STORE_AWAY', { reason: error.message }), 'waiting for the store');
      await sleep(wait);
    }
  }
}
