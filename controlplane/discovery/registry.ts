import type { Following } from './watch.ts';

/** Starts to follow what a key stands for. */
export type Start<T> = (onChange: () => void) => Following<T>;

/** What is followed for as long as somebody asks for it, by key. */
export type Registry<T> = {
  /** An asker begins to ask anew. */
  readonly begin: (asker: string) => Session<T>;
  /** What is known, for somebody who wants to hear of no change. */
  readonly glance: (key: string, start: Start<T>) => T | undefined;
  readonly entries: () => readonly (readonly [key: string, following: Following<T>])[];
  /** What an asker asks for. */
  readonly askedBy: (asker: string) => readonly (readonly [key: string, following: Following<T>])[];
  readonly close: () => void;
};

/** One round of an asker's questions. */
export type Session<T> = {
  /** What is known now; from here on the asker hears when that changes. */
  readonly ask: (key: string, start: Start<T>) => T | undefined;
  /**
   * Ends the round: what was asked in an earlier one and not in this is not followed for the asker any more. Answers whether
   * a first answer is still due.
   */
  readonly end: () => boolean;
};

type Entry<T> = {
  readonly following: Following<T>;
  readonly askers: Set<string>;
  idle: NodeJS.Timeout | undefined;
};

/**
 * A registry that tells askers of changes. What nobody asks for any more is followed for `linger` milliseconds more (default:
 * a minute), because who left often comes back.
 */
export function createRegistry<T>(
  onChange: (askers: Iterable<string>) => void,
  linger = 60_000,
): Registry<T> {
  const entries = new Map<string, Entry<T>>();
  const asked = new Map<string, ReadonlySet<string>>();

  function entry(key: string, start: Start<T>): Entry<T> {
    const known = entries.get(key);
    if (known !== undefined) return known;
    const askers = new Set<string>();
    const made: Entry<T> = { following: start(() => onChange(askers)), askers, idle: undefined };
    entries.set(key, made);
    return made;
  }

  function letGoWhenIdle(key: string): void {
    const idle = entries.get(key);
    if (idle === undefined || idle.askers.size > 0) return;
    clearTimeout(idle.idle);
    idle.idle = setTimeout(() => {
      idle.following.close();
      entries.delete(key);
    }, linger).unref();
  }

  const listed = (keys: Iterable<string>): readonly (readonly [string, Following<T>])[] =>
    Array.from(keys).flatMap((key) => {
      const found = entries.get(key);
      return found === undefined ? [] : [[key, found.following] as const];
    });

  return {
    begin(asker) {
      const before = asked.get(asker) ?? new Set<string>();
      const now = new Set<string>();
      return {
        ask(key, start) {
          const found = entry(key, start);
          clearTimeout(found.idle);
          found.askers.add(asker);
          now.add(key);
          return found.following.current();
        },
        end() {
          if (now.size > 0) asked.set(asker, now);
          else asked.delete(asker);
          for (const key of before) {
            if (now.has(key)) continue;
            entries.get(key)?.askers.delete(asker);
            letGoWhenIdle(key);
          }
          return listed(now).some(([, following]) => !following.settled());
        },
      };
    },
    glance(key, start) {
      const found = entry(key, start);
      letGoWhenIdle(key);
      return found.following.current();
    },
    entries: () => listed(entries.keys()),
    askedBy: (asker) => listed(asked.get(asker) ?? []),
    close: () => {
      for (const { following, idle } of entries.values()) {
        clearTimeout(idle);
        following.close();
      }
      entries.clear();
    },
  };
}
