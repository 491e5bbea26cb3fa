/** One span or segment of a trace. */
export type TailItem<T> = {
  /** 32 hexadecimal digits. */
  readonly trace: string;
  readonly isFailed: boolean;
  /** The size of the value, about. */
  readonly bytes: number;
  readonly value: T;
};

/** Holds traces back until it is known whether one of their requests failed. */
export type Tail<T> = {
  readonly add: (items: readonly TailItem<T>[]) => void;
  /** Decides about all traces that are held back. */
  readonly flush: () => void;
  /** Spans and segments that were left out. */
  readonly leftOut: () => number;
};

/** Options of a tail. */
export type TailOptions<T> = {
  /** The part of traces that is kept although nothing failed, from 0 to 1. It may change. */
  readonly ratio: () => number;
  readonly pass: (values: readonly T[]) => void;
  /** How long a trace is held back, in milliseconds. Default: 2000. */
  readonly waitMs?: number;
  /** The most traces that are held back, and the most whose decision is remembered. Default: 5000. */
  readonly mostTraces?: number;
  /** The most bytes that are held back. Default: 8 MiB. */
  readonly mostBytes?: number;
};

type Held<T> = { readonly values: T[]; readonly until: number; bytes: number; isFailed: boolean };

const WAIT_MS = 2000;
const MOST_TRACES = 5000;
const MOST_BYTES = 8 * 1024 * 1024;
/** The decision about a trace with more spans is made at once. */
const MOST_ITEMS = 1000;
const LOOK_MS = 250;

/**
 * Creates a tail. The decision also applies to spans that arrive later, unless they have failed themselves. Every agent decides alike about
 * a trace in which nothing failed: by its id.
 */
export function createTail<T>(options: TailOptions<T>): Tail<T> {
  const { ratio, pass, waitMs = WAIT_MS, mostTraces = MOST_TRACES, mostBytes = MOST_BYTES } = options;
  /** In the order of arrival. */
  const held = new Map<string, Held<T>>();
  const kept = new Set<string>();
  let heldBytes = 0;
  let leftOut = 0;
  let timer: NodeJS.Timeout | undefined;

  function decide(trace: string, { values, isFailed, bytes }: Held<T>): void {
    held.delete(trace);
    heldBytes -= bytes;
    if (isFailed || isChosen(trace, ratio())) {
      kept.add(trace);
      const [oldest] = kept;
      if (kept.size > mostTraces && oldest !== undefined) kept.delete(oldest);
      pass(values);
    } else {
      leftOut += values.length;
    }
  }

  function look(now: number): void {
    for (const [trace, each] of held) {
      if (each.until > now) break;
      decide(trace, each);
    }
    if (held.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  function addOne({ trace, isFailed, bytes, value }: TailItem<T>): void {
    if (kept.has(trace)) return pass([value]);
    const known = held.get(trace);
    const each = known ?? { values: [], until: performance.now() + waitMs, bytes: 0, isFailed: false };
    if (known === undefined) held.set(trace, each);
    each.values.push(value);
    each.bytes += bytes;
    heldBytes += bytes;
    each.isFailed ||= isFailed;
    if (each.values.length >= MOST_ITEMS) decide(trace, each);
    for (const oldest of held) {
      if (held.size <= mostTraces && heldBytes <= mostBytes) break;
      decide(...oldest);
    }
  }

  return {
    add(items) {
      for (const item of items) addOne(item);
      timer ??= setInterval(() => look(performance.now()), LOOK_MS).unref();
    },
    flush: () => look(Number.POSITIVE_INFINITY),
    leftOut: () => leftOut,
  };
}

/** W3C Trace Context, level 2, calls the last 7 bytes of a trace id random. */
const RANDOM_DIGITS = 13;

/** Returns whether a trace belongs to a part of all traces: the same for every agent. */
export function isChosen(trace: string, ratio: number): boolean {
  return Number.parseInt(trace.slice(-RANDOM_DIGITS), 16) < ratio * 16 ** RANDOM_DIGITS;
}
