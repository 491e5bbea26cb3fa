import type { Watch } from './watch.ts';

/** Starts a watch on the value of a key. */
export type Start<T> = (onChange: () => void) => Watch<T>;

/** Watches by key, each kept as long as it has subscribers. */
export type Registry<T> = {
  /** Begins a round of a subscriber's lookups. */
  readonly begin: (subscriber: string) => Session<T>;
  /** Returns the last known value, without a subscription. */
  readonly peek: (key: string, start: Start<T>) => T | undefined;
  readonly entries: () => readonly (readonly [key: string, watch: Watch<T>])[];
  /** The watches of one subscriber. */
  readonly watchesOf: (subscriber: string) => readonly (readonly [key: string, watch: Watch<T>])[];
  readonly close: () => void;
};

/** One round of a subscriber's lookups. */
export type Session<T> = {
  /** Returns the last known value, and subscribes to its changes. */
  readonly ask: (key: string, start: Start<T>) => T | undefined;
  /**
   * Ends the round, and the subscriptions of earlier rounds that this one did not renew. Returns whether a first answer is still
   * pending.
   */
  readonly end: () => boolean;
};

type Entry<T> = {
  readonly watch: Watch<T>;
  readonly subscribers: Set<string>;
  idle: NodeJS.Timeout | undefined;
};

/**
 * Creates a registry that notifies subscribers of changes. It evicts a watch without subscribers after `linger` milliseconds
 * (default: a minute), because a proxy that left often comes back.
 */
export function createRegistry<T>(
  onChange: (subscribers: Iterable<string>) => void,
  linger = 60_000,
): Registry<T> {
  const entries = new Map<string, Entry<T>>();
  const asked = new Map<string, ReadonlySet<string>>();

  function entry(key: string, start: Start<T>): Entry<T> {
    const known = entries.get(key);
    if (known !== undefined) return known;
    const subscribers = new Set<string>();
    const made: Entry<T> = { watch: start(() => onChange(subscribers)), subscribers, idle: undefined };
    entries.set(key, made);
    return made;
  }

  function evictWhenIdle(key: string): void {
    const idle = entries.get(key);
    if (idle === undefined || idle.subscribers.size > 0) return;
    clearTimeout(idle.idle);
    idle.idle = setTimeout(() => {
      idle.watch.close();
      entries.delete(key);
    }, linger).unref();
  }

  const listed = (keys: Iterable<string>): readonly (readonly [string, Watch<T>])[] =>
    Array.from(keys).flatMap((key) => {
      const found = entries.get(key);
      return found === undefined ? [] : [[key, found.watch] as const];
    });

  return {
    begin(subscriber) {
      const before = asked.get(subscriber) ?? new Set<string>();
      const now = new Set<string>();
      return {
        ask(key, start) {
          const found = entry(key, start);
          clearTimeout(found.idle);
          found.subscribers.add(subscriber);
          now.add(key);
          return found.watch.current();
        },
        end() {
          if (now.size > 0) asked.set(subscriber, now);
          else asked.delete(subscriber);
          for (const key of before) {
            if (now.has(key)) continue;
            entries.get(key)?.subscribers.delete(subscriber);
            evictWhenIdle(key);
          }
          return listed(now).some(([, watch]) => !watch.settled());
        },
      };
    },
    peek(key, start) {
      const found = entry(key, start);
      evictWhenIdle(key);
      return found.watch.current();
    },
    entries: () => listed(entries.keys()),
    watchesOf: (subscriber) => listed(asked.get(subscriber) ?? []),
    close: () => {
      for (const { watch, idle } of entries.values()) {
        clearTimeout(idle);
        watch.close();
      }
      entries.clear();
    },
  };
}
