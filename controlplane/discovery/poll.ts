import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';
import { reasonOf, tooSlow } from './errors.ts';
import type { Dated, Watch, Trouble } from './watch.ts';

/** What a poll asks, and how often. Times are in milliseconds. */
export type PollOptions<T> = {
  /** As the log names it: `instances of red.prod in AWS Cloud Map`. */
  readonly subject: string;
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** Between an answer and the next question; each time a fifth more or less, at random. */
  readonly interval: number;
  /** How long one question may take. Default: 5,000. */
  readonly limit?: number;
  /** How long the first answer is waited for. Default: 2,000. */
  readonly patience?: number;
  /** The longest wait after a failure; it doubles from 1,000, with jitter. Default: 30,000. */
  readonly longestWait?: number;
  /** The last answer before this program was started, used until the first question is answered. */
  readonly cached?: Dated<T> | undefined;
  /** The last known value has changed, or the first question has been settled. */
  readonly onChange: () => void;
  readonly onPoll?: (outcome: 'answered' | 'failed') => void;
  readonly onAnswer?: (value: T) => void;
  readonly log: Log;
};

/**
 * Polls until it is closed. An answer that equals the last one is the very same object, and changes nothing. A failed question
 * leaves the last answer in force.
 */
export function poll<T>(options: PollOptions<T>): Watch<T> {
  const { subject, ask, onChange, onPoll, onAnswer, log } = options;
  const stop = new AbortController();
  const backoff = createBackoff(1000, options.longestWait ?? 30_000);
  let known: Dated<T> | undefined;
  let trouble: Trouble | undefined;
  let settled = false;
  const patience = setTimeout(settle, options.patience ?? 2000).unref();

  function settle(): void {
    clearTimeout(patience);
    if (settled) return;
    settled = true;
    known ??= options.cached;
    onChange();
  }

  function take(value: T): void {
    const isNew = known === undefined || !isDeepStrictEqual(known.value, value);
    known = { value: known === undefined || isNew ? value : known.value, at: Date.now() };
    if (trouble !== undefined) log.info({ subject }, 'it answers again');
    trouble = undefined;
    backoff.reset();
    if (!settled) settle();
    else if (isNew) onChange();
  }

  function fail(error: unknown): void {
    const reason = reasonOf(error);
    if (trouble?.reason !== reason)
      log.warn({ subject, reason }, 'it cannot be asked: what is known of it stays');
    trouble = { since: trouble?.since ?? Date.now(), reason };
    settle();
  }

  /** Asks once; answers how long to wait. */
  async function look(): Promise<number> {
    try {
      const value = await withTimeout(ask, options.limit ?? 5000, stop.signal);
      if (stop.signal.aborted) return 0;
      take(value);
      onPoll?.('answered');
      onAnswer?.(value);
      return options.interval * (0.8 + Math.random() * 0.4);
    } catch (error) {
      if (stop.signal.aborted) return 0;
      fail(error);
      onPoll?.('failed');
      return backoff.next();
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      const wait = await look();
      await sleep(wait, undefined, { ref: false, signal: stop.signal });
    }
  }
  // It only ends by being stopped.
  run().catch(() => undefined);

  return {
    current: () => known?.value,
    settled: () => settled,
    trouble: () => trouble,
    answeredAt: () => known?.at,
    close: () => {
      clearTimeout(patience);
      stop.abort();
    },
  };
}

/**
 * Does some work for at most `ms` milliseconds. The signal that it is given is aborted then, and it is not waited for any more,
 * whether or not it heeds that.
 * @throws DiscoveryError when the time is over, or `stop` is aborted
 */
export async function withTimeout<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  stop: AbortSignal,
): Promise<T> {
  const limit = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (): void => {
    limit.abort();
    reject(tooSlow(ms));
  };
  const timer = setTimeout(end, ms).unref();
  stop.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work(limit.signal), over]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
}
