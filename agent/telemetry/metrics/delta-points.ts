import type {
  ExponentialHistogramDataPoint,
  HistogramDataPoint,
  NumberDataPoint,
  SummaryDataPoint,
} from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';

/** A cumulative point. */
export type CumulativePoint =
  | NumberDataPoint
  | HistogramDataPoint
  | ExponentialHistogramDataPoint
  | SummaryDataPoint;

/** The cumulative values of a point, without its attributes. */
export type Values = {
  readonly kind: 'number' | 'explicit' | 'exponential' | 'summary';
  /** A number, or the sum of a distribution. */
  readonly sum: number;
  readonly count: bigint;
  /** Counts of buckets: one list, or those of positive and negative values of an exponential histogram. */
  readonly buckets: readonly Buckets[];
  /** Of an exponential histogram; else 0. */
  readonly zeroCount: bigint;
  readonly scale: number;
};

type Buckets = { readonly offset: number; readonly counts: readonly bigint[] };

const NOTHING = { count: 0n, buckets: [], zeroCount: 0n, scale: 0 };

/** Returns the values of a point. */
export function valuesOf(point: CumulativePoint): Values {
  switch (point.$typeName) {
    case 'opentelemetry.proto.metrics.v1.NumberDataPoint':
      return { ...NOTHING, kind: 'number', sum: Number(point.value.value ?? 0) };
    case 'opentelemetry.proto.metrics.v1.HistogramDataPoint': {
      const { count, sum = 0, bucketCounts: counts } = point;
      return { ...NOTHING, kind: 'explicit', sum, count, buckets: [{ offset: 0, counts }] };
    }
    case 'opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint': {
      const { count, sum = 0, zeroCount, scale, positive, negative } = point;
      const buckets = [positive, negative].map((each) => ({
        offset: each?.offset ?? 0,
        counts: each?.bucketCounts ?? [],
      }));
      return { kind: 'exponential', sum, count, buckets, zeroCount, scale };
    }
    case 'opentelemetry.proto.metrics.v1.SummaryDataPoint':
      return { ...NOTHING, kind: 'summary', sum: point.sum, count: point.count };
  }
}

/**
 * Returns the change; undefined if the series has restarted: a count has fallen, or the buckets differ. A smaller sum of a distribution is no
 * restart, because negative values reduce it. `mayFall`: the same holds for a number.
 */
export function changeOf(now: Values, before: Values, mayFall: boolean): Values | undefined {
  const shift = before.scale - now.scale;
  const hasFallen =
    (now.kind === 'number' && now.sum < before.sum && !mayFall) ||
    now.count < before.count ||
    now.zeroCount < before.zeroCount;
  if (now.kind !== before.kind || shift < 0 || hasFallen) return undefined;
  const buckets = now.buckets.map((each, index) =>
    subtract(each, before.buckets[index] ?? each, shift, now.kind === 'explicit'),
  );
  if (!buckets.every((each) => each !== undefined)) return undefined;
  return {
    ...now,
    sum: now.sum - before.sum,
    count: now.count - before.count,
    zeroCount: now.zeroCount - before.zeroCount,
    buckets,
  };
}

/**
 * Subtracts earlier counts. In an exponential histogram, one bucket now stands for 2 to the power of `shift` earlier ones. Undefined if an earlier
 * count is greater than the present one.
 */
function subtract(
  { offset, counts }: Buckets,
  before: Buckets,
  shift: number,
  isExplicit: boolean,
): Buckets | undefined {
  if (isExplicit && counts.length !== before.counts.length) return undefined;
  const left = [...counts];
  for (const [index, count] of before.counts.entries()) {
    if (count === 0n) continue;
    const at = ((before.offset + index) >> shift) - offset;
    const rest = (left[at] ?? 0n) - count;
    if (rest < 0n) return undefined;
    left[at] = rest;
  }
  return { offset, counts: left };
}

/** Returns a point with other values. The result has no smallest and largest values, because those of the point are about all time. */
export function withValues<P extends CumulativePoint>(point: P, values: Values): P {
  const { sum, count, zeroCount } = values;
  const [first, second] = values.buckets.map(({ offset, counts }) => ({ offset, bucketCounts: [...counts] }));
  switch (point.$typeName) {
    case 'opentelemetry.proto.metrics.v1.NumberDataPoint':
      return { ...point, value: { case: 'asDouble', value: sum } };
    case 'opentelemetry.proto.metrics.v1.HistogramDataPoint': {
      const { min: _min, max: _max, ...rest } = point;
      return { ...rest, count, sum, bucketCounts: first?.bucketCounts ?? [] } as P;
    }
    case 'opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint': {
      const { min: _min, max: _max, positive, negative, ...rest } = point;
      return {
        ...rest,
        count,
        sum,
        zeroCount,
        ...(positive && { positive: { ...positive, ...first } }),
        ...(negative && { negative: { ...negative, ...second } }),
      } as P;
    }
    case 'opentelemetry.proto.metrics.v1.SummaryDataPoint':
      return { ...point, count, sum };
  }
}
