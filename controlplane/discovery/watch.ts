/** Something outside the model that is looked at again and again. */
export type Following<T> = {
  /** What is known of it; undefined while that is nothing. */
  readonly current: () => T | undefined;
  /** Whether the first look has ended, one way or the other, or has taken too long to be waited for. */
  readonly settled: () => boolean;
  /** Why the last look failed; undefined when it did not. */
  readonly trouble: () => Trouble | undefined;
  /** When what is known was last seen to be so, in milliseconds since 1970. */
  readonly answeredAt: () => number | undefined;
  /** What else is wrong with what is known, or soon will be. Default: nothing. */
  readonly warnings?: () => readonly string[];
  /** Until when what is known is valid, in milliseconds since 1970. Default: for ever. */
  readonly end?: () => number | undefined;
  readonly close: () => void;
};

/** Looks that fail: since when (milliseconds since 1970), and why the last of them did. */
export type Trouble = { readonly since: number; readonly reason: string };

/** A value, and when it was last seen to be so, in milliseconds since 1970. */
export type Dated<T> = { readonly value: T; readonly at: number };
