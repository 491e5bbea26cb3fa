/** A watch on a value outside the model, which is looked up repeatedly. */
export type Watch<T> = {
  /** The last known value; undefined while there is none. */
  readonly current: () => T | undefined;
  /** Whether the first request was answered, has failed, or has taken too long to wait for. */
  readonly settled: () => boolean;
  /** Why the last request failed; undefined if it did not. */
  readonly trouble: () => Trouble | undefined;
  /** When the last known value was last confirmed, in milliseconds since 1970. */
  readonly answeredAt: () => number | undefined;
  /** Other problems of the last known value, now or soon. Default: none. */
  readonly warnings?: () => readonly string[];
  /** When the last known value expires, in milliseconds since 1970. Default: never. */
  readonly end?: () => number | undefined;
  readonly close: () => void;
};

/** Failing requests: since when (milliseconds since 1970), and why the last of them failed. */
export type Trouble = { readonly since: number; readonly reason: string };

/** A value, and when it was last confirmed, in milliseconds since 1970. */
export type Dated<T> = { readonly value: T; readonly at: number };

/** The sources of values, as metrics name them. */
export const SOURCES = ['cloud-map', 'acm', 'private-ca', 'folder'] as const;

/** The name of a source. */
export type SourceName = (typeof SOURCES)[number];
