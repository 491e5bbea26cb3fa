import { compareText } from '../compare-text.ts';
import { errorText } from '../error-text.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { askHost, type HostAnswer } from './ask-host.ts';
import type { Log } from '../log.ts';
import { FORMER_MS, nameAddresses, NOTHING_SEEN, see, type NameAddresses } from './seen-addresses.ts';
import { createSemaphore } from '../semaphore.ts';
import { within } from '../within.ts';

/** The addresses of some names, kept up to date. Names are compared without case. */
export type FollowedNames = {
  /**
   * From now on these names are followed. A name that is not among them any more is followed for some minutes more, because
   * it may come back: a configuration that Envoy refused is replaced by the one before it.
   */
  readonly follow: (names: Iterable<string>) => void;
  /** Whether the first question about a followed name has been answered, or has failed. */
  readonly isSettled: (name: string) => boolean;
  /** The addresses of a name that is followed; undefined while it has never been answered. */
  readonly addressesOf: (name: string) => NameAddresses | undefined;
  /** How each name stands, sorted. */
  readonly status: () => readonly NameStatus[];
  readonly close: () => void;
};

/** How a name stands. `problem`: why the newest question failed; the last good answer stays in force meanwhile. */
export type NameStatus = NameAddresses & { readonly name: string; readonly problem: string | undefined };

/** How to follow names. */
export type FollowNamesOptions = {
  /** Is told once for all changes of a turn of the event loop: other addresses, or a name that is settled now. */
  readonly onChange: () => void;
  readonly log: Log;
  /** Default: the host's resolver. */
  readonly ask?: (name: string) => Promise<HostAnswer>;
  /** How long an answer is waited for, in milliseconds, its turn included. Default: half a minute. */
  readonly limitMs?: number;
  /** For how long a name is followed after it was wanted for the last time, in milliseconds. Default: five minutes. */
  readonly keepMs?: number;
};

/** getaddrinfo takes a thread of a pool of four, which reads files too. */
const AT_ONCE = 2;
/** Between two questions, in milliseconds: the TTL within these bounds, or `USUAL` where none is known (Envoy's own default). */
const SHORTEST = 1000;
const USUAL = 5000;
const LONGEST = 30_000;
/** Of one question, and its turn before. A resolver's own limit is often longer, and what nsswitch.conf names may have none. */
const ANSWER_LIMIT = 30_000;

type Followed = {
  readonly stop: AbortController;
  seen: typeof NOTHING_SEEN;
  first: 'asking' | 'answered' | 'failed';
  /** A question that is under way: nothing can end it, and it is not asked a second time beside. */
  question: Promise<HostAnswer> | undefined;
  problem: string | undefined;
  /** The end of its following; undefined while it is wanted. */
  until: number | undefined;
};

/**
 * Asks for each name again when its TTL is over. A failure, NXDOMAIN among them, leaves the last good answer in force: an
 * address is forgotten only some minutes after answers have stopped to have it (seen-addresses.ts).
 */
export function followNames({
  onChange,
  log,
  ask = askHost,
  limitMs = ANSWER_LIMIT,
  keepMs = FORMER_MS,
}: FollowNamesOptions): FollowedNames {
  const names = new Map<string, Followed>();
  const semaphore = createSemaphore(AT_ONCE);
  let isChangeDue = false;

  function changed(): void {
    if (isChangeDue) return;
    isChangeDue = true;
    setImmediate(() => {
      isChangeDue = false;
      onChange();
    });
  }

  function take(name: string, state: Followed, answer: readonly string[]): void {
    const before = nameAddresses(state.seen);
    state.seen = see(state.seen, answer, performance.now());
    const now = nameAddresses(state.seen);
    if (state.problem !== undefined) log.info({ name }, 'the name can be looked up again');
    state.problem = undefined;
    if (state.first === 'answered' && isDeepStrictEqual(before, now)) return;
    state.first = 'answered';
    log.debug({ name, ...now }, 'the addresses of a name changed');
    changed();
  }

  function fail(name: string, state: Followed, error: unknown): void {
    const problem = errorText(error);
    if (state.problem !== problem)
      log.warn({ name, problem }, 'a name cannot be looked up: its last addresses stay in use');
    state.problem = problem;
    if (state.first !== 'asking') return;
    state.first = 'failed';
    changed();
  }

  /** Answers how long to wait before the next question. */
  async function askOnce(name: string, state: Followed): Promise<number> {
    try {
      state.question ??= semaphore(() => ask(name)).finally(() => (state.question = undefined));
      const { addresses, ttlMs } = await within(limitMs, 'the resolver did not answer', state.question);
      if (state.stop.signal.aborted) return 0;
      take(name, state, addresses);
      return Math.min(Math.max(ttlMs ?? USUAL, SHORTEST), LONGEST);
    } catch (error) {
      if (!state.stop.signal.aborted) fail(name, state, error);
      return USUAL;
    }
  }

  async function run(name: string, state: Followed): Promise<void> {
    const { signal } = state.stop;
    while (!signal.aborted) {
      if (state.until !== undefined && performance.now() > state.until) {
        names.delete(name);
        return;
      }
      const wait = await askOnce(name, state);
      await sleep(wait * (0.9 + Math.random() * 0.2), undefined, { ref: false, signal });
    }
  }

  function start(name: string): Followed {
    const state: Followed = {
      stop: new AbortController(),
      seen: NOTHING_SEEN,
      first: 'asking',
      question: undefined,
      problem: undefined,
      until: undefined,
    };
    // It ends only by being stopped.
    run(name, state).catch(() => undefined);
    return state;
  }

  return {
    follow(wanted) {
      const next = new Set(Array.from(wanted, (name) => name.toLowerCase()));
      const end = performance.now() + keepMs;
      for (const [name, state] of names) state.until = next.has(name) ? undefined : (state.until ?? end);
      for (const name of next) if (!names.has(name)) names.set(name, start(name));
    },
    isSettled: (name) => names.get(name.toLowerCase())?.first !== 'asking',
    addressesOf(name) {
      const state = names.get(name.toLowerCase());
      return state?.first === 'answered' ? nameAddresses(state.seen) : undefined;
    },
    status: () =>
      Array.from(names, ([name, { seen, problem }]) => ({ name, ...nameAddresses(seen), problem })).toSorted(
        (a, b) => compareText(a.name, b.name),
      ),
    close() {
      for (const { stop } of names.values()) stop.abort();
      names.clear();
    },
  };
}
