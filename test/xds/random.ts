/** Pseudo-random numbers, the same for the same seed. */
export type Random = {
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  /** True once in `count` times on average. */
  oneIn(count: number): boolean;
  /** One of these values. */
  from<T>(values: readonly [T, ...T[]] | readonly T[]): T;
};

/** Creates a generator of random numbers: Mulberry32, which is short and good enough for tests. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    oneIn: (count) => below(count) === 0,
    from: (values) => values[below(values.length)] as (typeof values)[number],
  };
}
