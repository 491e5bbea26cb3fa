import type { SeriesLimit } from './series-limit.ts';
import { BOUNDS, type Series, type Tag } from './series.ts';

/** The type of a StatsD metric, as far as the agent tells types apart. */
export type SeriesKind = Series['kind'];

/** The series of metrics that arrive one value at a time. */
export type Registry = {
  /**
   * Returns the series; undefined above the limit of series. `key` is the text of name, type and tags: a fast way to a known series.
   * `tags` is called only for an unknown key.
   */
  readonly series: (
    key: string,
    kind: SeriesKind,
    unit: 'ms' | '',
    name: string,
    tags: () => Tag[],
  ) => Series | undefined;
  /** Returns the series that changed since the last collection, or all of them, and begins the next interval. */
  readonly collect: (which: 'changed' | 'all') => readonly Series[];
  readonly interval: () => number;
};

/** Spellings of each series that the registry finds without sorting tags. */
const MOST_SPELLINGS = 4;
/** Series that did not change for this long end, in milliseconds. They start again at zero. */
const IDLE_MS = 15 * 60_000;

/** Creates a registry. `now`: milliseconds of a monotonic clock, for idle series; for tests. */
export function createRegistry(limit: SeriesLimit, now = () => performance.now()): Registry {
  /** By the sorted tags. */
  const all = new Map<string, Series>();
  /** By the text as it arrived, in whatever order of tags. */
  const known = new Map<string, Series>();
  const lastChange = new Map<Series, number>();
  let interval = 1;

  function endIdle(): void {
    const oldest = now() - IDLE_MS;
    const before = all.size;
    for (const [key, series] of all) {
      if ((lastChange.get(series) ?? -Infinity) >= oldest) continue;
      all.delete(key);
      lastChange.delete(series);
    }
    if (all.size < before) known.clear();
    limit.release(before - all.size);
  }

  return {
    series(key, kind, unit, name, tags) {
      const found = known.get(key);
      if (found !== undefined) return found;
      const sorted = tags().toSorted(byName);
      const identity = JSON.stringify([name, kind, unit, sorted]);
      const existing = all.get(identity);
      if (existing === undefined && !limit.take(name)) return undefined;
      const series = existing ?? create(kind, unit, name, sorted, Date.now());
      all.set(identity, series);
      // A sender that changes the order of tags all the time must not fill the memory.
      if (known.size >= MOST_SPELLINGS * (all.size + 1)) known.clear();
      known.set(key, series);
      return series;
    },
    collect(which) {
      const at = now();
      for (const series of all.values()) {
        if (series.changedIn === interval || !lastChange.has(series)) lastChange.set(series, at);
      }
      endIdle();
      const collected = [...all.values()].filter(
        ({ changedIn }) => which === 'all' || changedIn === interval,
      );
      interval += 1;
      return collected;
    },
    interval: () => interval,
  };
}

function byName([a]: Tag, [b]: Tag): number {
  return a < b ? -1 : Number(a > b);
}

function create(
  kind: SeriesKind,
  unit: 'ms' | '',
  name: string,
  tags: readonly Tag[],
  startedAt: number,
): Series {
  const common = { name, tags, startedAt, changedIn: 0 };
  if (kind === 'set') return { ...common, kind, values: new Set() };
  if (kind === 'counter') return { ...common, kind, value: 0, hasFallen: false };
  if (kind === 'gauge') return { ...common, kind, value: 0 };
  const counts = new Float64Array(BOUNDS.length + 1);
  return { ...common, kind, unit, counts, count: 0, sum: 0, min: Infinity, max: -Infinity };
}
