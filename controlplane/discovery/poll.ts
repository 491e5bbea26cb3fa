import { coded } from '../codes.ts';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';
import { reasonOf, tooSlow } from './errors.ts';
import type { Dated, Watch, Trouble } from './watch.ts';

/** The request of a poll, and its intervals. Times are in milliseconds. */
export type PollOptions<T> = {
  /** Name in the log: `instances of red.prod in AWS Cloud Map`. */
  readonly subject: string;
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** Time between an answer and the next request, with a jitter of plus or minus a fifth. */
  readonly interval: number;
  /** Time-out of one request. Default: 5,000. */
  readonly limit?: number;
  /** How long to wait for the first answer. Default: 2,000. */
  readonly patience?: number;
  /** The longest back-off after a failure; the back-off doubles from 1,000, with jitter. Default: 30,000. */
  readonly longestWait?: number;
  /** The last answer before this program was started, used until the first request is answered. */
  readonly cached?: Dated<T> | undefined;
  /** Called when the last known value has changed, or the first request has settled. */
  readonly onChange: () => void;
  readonly onPoll?: (outcome: 'answered' | 'failed') => void;
  readonly onAnswer?: (value: T) => void;
  readonly log: Log;
};

/**
 * Polls until it is closed. An answer that equals the last one stays the same object, and is not a change. A failed request
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
    if (trouble !== undefined) log.info({ subject }, 'the source answers again');
    trouble = undefined;
    backoff.reset();
    if (!settled) settle();
    else if (isNew) onChange();
  }

  function fail(error: unknown): void {
    const reason = reasonOf(error);
    if (trouble?.reason !== reason)
      log.warn(
        coded('DISCOVERY_FAILED', { subject, reason }),
        'the source does not answer: its last known values stay in use',
      );
    trouble = { since: trouble?.since ?? Date.now(), reason };
    settle();
  }

  /** Sends one request; returns how long to wait before the next, in milliseconds. */
  async function look(): Promise<number> {
    try {
      const value = await callWithTimeout(ask, options.limit ?? 5000, stop.signal);
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
  // The loop ends only when it is stopped.
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
 * Runs work with a time-out of `ms` milliseconds. After that its signal is aborted and the promise rejects, whether or not the
 * work reacts to the signal.
 * @throws DiscoveryError after the time-out, or when `stop` is aborted
 */
export async function callWithTimeout<T>(
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
