import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { errorText } from '../error-text.ts';
import { withTimeout } from '../limits/with-timeout.ts';
import type { Log } from '../log.ts';
import type { HostAnswer } from './ask-host.ts';
import { addAnswer, nameAddresses, NOTHING_SEEN, type NameAddresses } from './seen-addresses.ts';

/** A name that is resolved again and again. */
export type FollowedName = {
  /** Whether the first query was answered or has failed. */
  readonly isSettled: () => boolean;
  /** Undefined before the first answer. */
  readonly addresses: () => NameAddresses | undefined;
  /** Why the latest query failed; undefined if it did not. */
  readonly problem: () => string | undefined;
  readonly status: () => NameStatus;
  /** Sets the time of `performance.now()` at which watching ends. A time that is set stays; undefined removes it. */
  readonly endAt: (time: number | undefined) => void;
  readonly close: () => void;
};

/** Status of a name. `problem`: why the latest query failed; the last good answer stays in force meanwhile. */
export type NameStatus = NameAddresses & { readonly name: string; readonly problem: string | undefined };

/** Options of `followName`. */
export type FollowNameOptions = {
  /** In lower case. */
  readonly name: string;
  /** Addresses from an earlier run. They count as answered until the first answer. */
  readonly known: readonly string[] | undefined;
  readonly ask: () => Promise<HostAnswer>;
  /** Time limit of a query in milliseconds, including its time in the queue. */
  readonly limitMs: number;
  /** Called when the name has new addresses, or is settled. */
  readonly onChange: () => void;
  /** Called when watching has ended by `endAt`. */
  readonly onOver: () => void;
  readonly log: Log;
};

/** Milliseconds between queries: the TTL within these bounds, or `USUAL`, Envoy's default, if there is no TTL. */
const SHORTEST = 1000;
const USUAL = 5000;
const LONGEST = 30_000;

/**
 * Resolves a name again when its TTL has passed. After a failure, including NXDOMAIN, the last good answer stays in force. An address is
 * removed only some minutes after the last answer that contained it (seen-addresses.ts).
 */
export function followName(options: FollowNameOptions): FollowedName {
  const { name, known, ask, limitMs, onChange, onOver, log } = options;
  const stop = new AbortController();
  const { signal } = stop;
  let seen = known === undefined ? NOTHING_SEEN : addAnswer(NOTHING_SEEN, known, performance.now());
  let first: 'asking' | 'answered' | 'failed' = known === undefined ? 'asking' : 'answered';
  let problem: string | undefined;
  let until: number | undefined;
  /** The pending query. It cannot be cancelled, and there is no second one at the same time. */
  let query: Promise<HostAnswer> | undefined;

  function applyAnswer(answer: readonly string[]): void {
    const before = nameAddresses(seen);
    seen = addAnswer(seen, answer, performance.now());
    const now = nameAddresses(seen);
    if (problem !== undefined) log.info({ name }, 'a name resolves again');
    problem = undefined;
    if (first === 'answered' && isDeepStrictEqual(before, now)) return;
    first = 'answered';
    log.debug({ name, ...now }, 'the addresses of a name changed');
    onChange();
  }

  function fail(error: unknown): void {
    const text = errorText(error);
    if (problem !== text)
      log.warn(
        { code: 'NAME_UNRESOLVED', name, problem: text },
        'cannot resolve a name; its last addresses stay in use',
      );
    problem = text;
    if (first !== 'asking') return;
    first = 'failed';
    onChange();
  }

  /** Resolves with the milliseconds to wait before the next query. */
  async function askOnce(): Promise<number> {
    try {
      query ??= ask().finally(() => (query = undefined));
      const { addresses, ttlMs } = await withTimeout(limitMs, 'the resolver did not answer', query);
      if (signal.aborted) return 0;
      applyAnswer(addresses);
      return Math.min(Math.max(ttlMs ?? USUAL, SHORTEST), LONGEST);
    } catch (error) {
      if (!signal.aborted) fail(error);
      return USUAL;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      if (until !== undefined && performance.now() > until) return onOver();
      const wait = await askOnce();
      await sleep(wait * (0.9 + Math.random() * 0.2), undefined, { ref: false, signal });
    }
  }
  run().catch((error: unknown) => {
    // A fault would end the watch of this name without a word.
    if (!signal.aborted) throw error;
  });

  return {
    isSettled: () => first !== 'asking',
    addresses: () => (first === 'answered' ? nameAddresses(seen) : undefined),
    problem: () => problem,
    status: () => ({ name, ...nameAddresses(seen), problem }),
    endAt: (time) => void (until = time === undefined ? undefined : (until ?? time)),
    close: () => stop.abort(),
  };
}
