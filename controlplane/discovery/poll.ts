import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';
import { reasonOf } from './errors.ts';
import type { Dated, Following, Trouble } from './watch.ts';
import { limited } from './with-timeout.ts';

/** What is asked again and again, and how often. Times are in milliseconds. */
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
  /** What was known before this program was started, for as long as no answer can be had. */
  readonly remembered?: Dated<T> | undefined;
  /** What is known has changed, or the first question has been settled. */
  readonly onChange: () => void;
  readonly onPoll?: (outcome: 'answered' | 'failed') => void;
  readonly onAnswer?: (value: T) => void;
  readonly log: Log;
};

/**
 * Asks for something until it is closed. An answer that is the same as the last one is the very same object, and changes
 * nothing. A question that fails leaves the last answer in force.
 */
export function poll<T>(options: PollOptions<T>): Following<T> {
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
    known ??= options.remembered;
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
      const value = await limited(ask, options.limit ?? 5000, stop.signal);
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

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      const wait = await look();
      await sleep(wait, undefined, { ref: false, signal: stop.signal });
    }
  }
  // It only ends by being stopped.
  follow().catch(() => undefined);

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
