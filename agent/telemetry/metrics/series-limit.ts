/** A limit of series that all inputs of metrics share. */
export type SeriesLimit = {
  /**
   * Reserves room for a series of this metric. Returns false above the limit, counts the value as refused, and notes the name of the
   * metric.
   */
  readonly take: (name: string) => boolean;
  /** Gives back the room of series that ended. */
  readonly release: (series: number) => void;
  readonly status: () => SeriesStatus;
};

/** The use of the limit of series. */
export type SeriesStatus = {
  readonly count: number;
  readonly limit: number;
  /** Values that belong to a series above the limit. */
  readonly refused: number;
  /** Names of metrics with series above the limit: the first ten. */
  readonly refusedNames: readonly string[];
};

const MOST_NAMES = 10;
/** A longer name is cut in the status. */
const MOST_NAME_CHARACTERS = 200;

/** Creates a limit. */
export function createSeriesLimit(limit: number): SeriesLimit {
  const refusedNames = new Set<string>();
  let count = 0;
  let refused = 0;
  return {
    take(name) {
      if (count < limit) {
        count += 1;
        return true;
      }
      refused += 1;
      if (refusedNames.size < MOST_NAMES) refusedNames.add(name.slice(0, MOST_NAME_CHARACTERS));
      return false;
    },
    release: (series) => void (count -= series),
    status: () => ({ count, limit, refused, refusedNames: [...refusedNames] }),
  };
}
