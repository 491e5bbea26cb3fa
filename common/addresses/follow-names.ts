import { collectPerTurn } from '../collect-per-turn.ts';
import { compareText } from '../compare-text.ts';
import { askHost, type HostAnswer } from './ask-host.ts';
import type { Log } from '../log.ts';
import { followName, type FollowedName, type NameStatus } from './follow-name.ts';
import { FORMER_MS, type NameAddresses } from './seen-addresses.ts';
import { createSemaphore } from '../limits/semaphore.ts';

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
  /** Returns why the latest query for a watched name failed; undefined if it did not. */
  readonly problemOf: (name: string) => string | undefined;
  /** Returns the status of each name, sorted by name. */
  readonly status: () => readonly NameStatus[];
  readonly close: () => void;
};

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
/** Time limit of a query with its time in the queue. A resolver's own limit is often longer, and a nsswitch.conf service may have none. */
const ANSWER_LIMIT = 30_000;

/** Watches a set of names, each as `followName` does. */
export function followNames({
  onChange,
  log,
  known = new Map(),
  ask = askHost,
  limitMs = ANSWER_LIMIT,
  keepMs = FORMER_MS,
}: FollowNamesOptions): FollowedNames {
  const names = new Map<string, FollowedName>();
  const semaphore = createSemaphore(AT_ONCE);
  const changed = collectPerTurn<string, true>(() => onChange());

  const start = (name: string): FollowedName =>
    followName({
      name,
      known: known.get(name),
      ask: () => semaphore(() => ask(name)),
      limitMs,
      onChange: () => changed(name, true),
      onOver: () => void names.delete(name),
      log,
    });

  return {
    follow(wanted) {
      const next = new Set(Array.from(wanted, (name) => name.toLowerCase()));
      const end = performance.now() + keepMs;
      for (const [name, followed] of names) followed.endAt(next.has(name) ? undefined : end);
      for (const name of next) if (!names.has(name)) names.set(name, start(name));
    },
    isSettled: (name) => names.get(name.toLowerCase())?.isSettled() !== false,
    addressesOf: (name) => names.get(name.toLowerCase())?.addresses(),
    problemOf: (name) => names.get(name.toLowerCase())?.problem(),
    status: () =>
      Array.from(names.values(), (followed) => followed.status()).toSorted((a, b) =>
        compareText(a.name, b.name),
      ),
    close() {
      for (const followed of names.values()) followed.close();
      names.clear();
    },
  };
}
