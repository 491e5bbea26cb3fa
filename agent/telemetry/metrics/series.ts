/** A tag of a series. A tag without a value, which DogStatsD allows, has an empty one. */
export type Tag = readonly [name: string, value: string];

type Common = {
  readonly name: string;
  /** Sorted by name. */
  readonly tags: readonly Tag[];
  /** When the series began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The number of the last collection before which it changed. */
  changedIn: number;
};

/** A sum of changes. `hasFallen`: one of them was negative, as clients of StatsD send to count down. */
export type Counter = Common & { readonly kind: 'counter'; value: number; hasFallen: boolean };
/** The last value. */
export type Gauge = Common & { readonly kind: 'gauge'; value: number };
/** Different values in an interval, of which their number is the value. */
export type DistinctSet = Common & { readonly kind: 'set'; readonly values: Set<string> };
/** Values by their size. */
export type Histogram = Common & {
  readonly kind: 'histogram';
  /** Milliseconds for timers, nothing for other values. */
  readonly unit: 'ms' | '';
  /** One more than `BOUNDS`. */
  readonly counts: Float64Array;
  count: number;
  sum: number;
  min: number;
  max: number;
};

/** Values under one name with one set of tags. */
export type Series = Counter | Gauge | DistinctSet | Histogram;

/** The upper bounds of a histogram's buckets: those that Envoy has in its Prometheus page. */
export const BOUNDS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/** Adds a value that stands for `weight` values, which need not be whole, to a histogram. */
export function record(histogram: Histogram, value: number, weight: number): void {
  let bucket = 0;
  while (bucket < BOUNDS.length && value > (BOUNDS[bucket] ?? Infinity)) bucket += 1;
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + weight;
  histogram.count += weight;
  histogram.sum += value * weight;
  histogram.min = Math.min(histogram.min, value);
  histogram.max = Math.max(histogram.max, value);
}
