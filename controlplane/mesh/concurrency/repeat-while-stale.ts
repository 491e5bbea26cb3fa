import { setTimeout as sleep } from 'node:timers/promises';
import { busy } from '../../store/errors.ts';

/** The result of an attempt for which another replica committed first. */
export const STALE = Symbol('stale');

/** An attempt to write to the store. Returns STALE if another replica committed first, and has written nothing then. */
export type WriteAttempt<T> = () => Promise<T | typeof STALE>;

/** Inputs. `what`: the name of the write, for the error; `catchUp`: brings the model up to date before the next attempt. */
export type RepeatOptions = {
  readonly what: string;
  readonly catchUp: () => Promise<void>;
  /** Waits for this many milliseconds. Default: the process's timers. */
  readonly wait?: (ms: number) => Promise<void>;
};

/**
 * How often a write is attempted because of concurrent writes by other replicas. A replica with little processor time loses most attempts to one
 * that writes without a pause. With the waits between them, all attempts take about three seconds.
 */
export const MOST_ATTEMPTS = 60;
/** The longest wait between two attempts, in milliseconds. */
const LONGEST_WAIT_MS = 100;

/**
 * Repeats a write as long as other replicas commit first. The first repetition follows at once, the others after random waits that grow.
 * @throws StoreError STORE_BUSY after 60 attempts; any error of an attempt at once
 */
export async function repeatWhileStale<T>(
  { what, catchUp, wait = (ms) => sleep(ms) }: RepeatOptions,
  attempt: WriteAttempt<T>,
): Promise<T> {
  for (let made = 1; ; made += 1) {
    const result = await attempt();
    if (result !== STALE) return result;
    if (made >= MOST_ATTEMPTS) throw busy(what, made);
    if (made > 1) await wait(Math.random() * Math.min(2 ** (made - 1), LONGEST_WAIT_MS));
    await catchUp();
  }
}
