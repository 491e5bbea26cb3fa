/** A watch on something outside the model, which is asked for again and again. */
export type Watch<T> = {
  /** The last known value; undefined while there is none. */
  readonly current: () => T | undefined;
  /** Whether the first question has an answer or has failed, or has taken too long to wait for. */
  readonly settled: () => boolean;
  /** Why the last question failed; undefined when it did not. */
  readonly trouble: () => Trouble | undefined;
  /** When the last known value was last confirmed, in milliseconds since 1970. */
  readonly answeredAt: () => number | undefined;
  /** What else is wrong with the last known value, or soon will be. Default: nothing. */
  readonly warnings?: () => readonly string[];
  /** Until when the last known value is valid, in milliseconds since 1970. Default: for ever. */
  readonly end?: () => number | undefined;
  readonly close: () => void;
};

/** Questions that fail: since when (milliseconds since 1970), and why the last of them did. */
export type Trouble = { readonly since: number; readonly reason: string };

/** A value, and when it was last confirmed, in milliseconds since 1970. */
export type Dated<T> = { readonly value: T; readonly at: number };

/** The sources that are asked, as metrics name them. */
export const SOURCES = ['cloud-map', 'acm', 'private-ca', 'folder'] as const;

/** One of them. */
export type SourceName = (typeof SOURCES)[number];
