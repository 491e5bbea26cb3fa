import { compareText } from '../compare-text.ts';
import { errorText } from '../error-text.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { askHost, type HostAnswer } from './ask-host.ts';
import type { Log } from '../log.ts';
import { FORMER_MS, nameAddresses, NOTHING_SEEN, addAnswer, type NameAddresses } from './seen-addresses.ts';
import { createSemaphore } from '../limits/semaphore.ts';
import { withTimeout } from '../limits/with-timeout.ts';

/** Watched names and their current addresses. Names are case-insensitive. */
export type FollowedNames = {
  /**
   * Sets the watched names. A name that is no longer included is watched for some minutes more, because it may return: after a NACK,
   * the previous configuration is served again.
   */
  readonly follow: (names: Iterable<string>) => void;
  /** Whether the first query of a watched name was answered or has failed. */
  readonly isSettled: (name: string) => boolean;
  /** Returns the addresses of a watched name; undefined before the first answer. */
  readonly addressesOf: (name: string) => NameAddresses | undefined;
  /** Returns the status of each name, sorted by name. */
  readonly status: () => readonly NameStatus[];
  readonly close: () => void;
};

/** Status of a name. `problem`: why the latest query failed; the last good answer stays in force meanwhile. */
export type NameStatus = NameAddresses & { readonly name: string; readonly problem: string | undefined };

/** Options of `followNames`. */
export type FollowNamesOptions = {
  /** Called once per turn of the event loop after changes: new addresses, or a name that is now settled. */
  readonly onChange: () => void;
  readonly log: Log;
  /** Addresses from an earlier run, by name in lower case. They count as answered until the first answer. Default: none. */
  readonly known?: ReadonlyMap<string, readonly string[]>;
  /** Default: the host's resolver. */
  readonly ask?: (name: string) => Promise<HostAnswer>;
  /** Time limit of a query in milliseconds, including its time in the queue. Default: half a minute. */
  readonly limitMs?: number;
  /** How long a name is watched after it was last included, in milliseconds. Default: five minutes. */
  readonly keepMs?: number;
};

/** Concurrent queries. Each getaddrinfo blocks one of four threads of the pool that also reads files. */
const AT_ONCE = 2;
/** Milliseconds between queries: the TTL within these bounds, or `USUAL`, Envoy's default, if there is no TTL. */
const SHORTEST = 1000;
const USUAL = 5000;
const LONGEST = 30_000;
/** Time limit of a query with its time in the queue. A resolver's own limit is often longer, and a nsswitch.conf service may have none. */
const ANSWER_LIMIT = 30_000;

type Followed = {
  readonly stop: AbortController;
  seen: typeof NOTHING_SEEN;
  first: 'asking' | 'answered' | 'failed';
  /** The pending query. It cannot be cancelled, and there is no second one at the same time. */
  query: Promise<HostAnswer> | undefined;
  problem: string | undefined;
  /** When watching ends; undefined while the name is included. */
  until: number | undefined;
};

/**
 * Watches names: resolves each name again when its TTL has passed. After a failure, including NXDOMAIN, the last good answer stays in
 * force. An address is removed only some minutes after the last answer that contained it (seen-addresses.ts).
 */
export function followNames({
  onChange,
  log,
  known = new Map(),
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

  function applyAnswer(name: string, state: Followed, answer: readonly string[]): void {
    const before = nameAddresses(state.seen);
    state.seen = addAnswer(state.seen, answer, performance.now());
    const now = nameAddresses(state.seen);
    if (state.problem !== undefined) log.info({ name }, 'a name resolves again');
    state.problem = undefined;
    if (state.first === 'answered' && isDeepStrictEqual(before, now)) return;
    state.first = 'answered';
    log.debug({ name, ...now }, 'the addresses of a name changed');
    changed();
  }

  function fail(name: string, state: Followed, error: unknown): void {
    const problem = errorText(error);
    if (state.problem !== problem)
      log.warn(
        { code: 'NAME_UNRESOLVED', name, problem },
        'cannot resolve a name; its last addresses stay in use',
      );
    state.problem = problem;
    if (state.first !== 'asking') return;
    state.first = 'failed';
    changed();
  }

  /** Resolves with the milliseconds to wait before the next query. */
  async function askOnce(name: string, state: Followed): Promise<number> {
    try {
      state.query ??= semaphore(() => ask(name)).finally(() => (state.query = undefined));
      const { addresses, ttlMs } = await withTimeout(limitMs, 'the resolver did not answer', state.query);
      if (state.stop.signal.aborted) return 0;
      applyAnswer(name, state, addresses);
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
    const before = known.get(name);
    const state: Followed = {
      stop: new AbortController(),
      seen: before === undefined ? NOTHING_SEEN : addAnswer(NOTHING_SEEN, before, performance.now()),
      first: before === undefined ? 'asking' : 'answered',
      query: undefined,
      problem: undefined,
      until: undefined,
    };
    run(name, state).catch((error: unknown) => {
      // A fault would end the watch of this name without a word.
      if (!state.stop.signal.aborted) throw error;
    });
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
