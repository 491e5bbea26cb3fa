import {
  AggregationTemporality,
  type HistogramDataPoint,
  type Metric,
  type NumberDataPoint,
  type ResourceMetrics,
} from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { delimited, textOf } from './attribute-text.ts';

/** Converts cumulative points to the changes since the one before. */
export type Deltas = {
  /** Returns the same metrics with changes in place of cumulative sums and histograms. Does not modify its argument. */
  readonly convert: (metrics: readonly ResourceMetrics[]) => readonly ResourceMetrics[];
};

/** The last cumulative values of a series. */
type Last = {
  readonly value: number;
  readonly count: bigint;
  readonly buckets: readonly bigint[];
  /** The time of the point, in nanoseconds. */
  readonly at: bigint;
};

/** A series without a point for this long begins again, in milliseconds. */
const IDLE_MS = 30 * 60_000;
const NANOSECONDS = 1_000_000n;

/**
 * Creates a converter. The first point of a series counts in full, unless it says that the series began before `startedAt` (milliseconds
 * since 1970): its values until then were sent by another agent.
 */
export function createDeltas(startedAt: number, now: () => number = () => performance.now()): Deltas {
  let current = new Map<string, Last>();
  let earlier = new Map<string, Last>();
  let periodEnds = now() + IDLE_MS;

  /** Returns the values before; undefined if the point is only a beginning. */
  function exchange(
    key: string,
    next: Last,
    startTimeUnixNano: bigint,
    hasFallen: (last: Last) => boolean,
  ): Last | undefined {
    const last = current.get(key) ?? earlier.get(key);
    current.set(key, next);
    const isReset =
      last !== undefined && ((last.at !== 0n && startTimeUnixNano > last.at) || hasFallen(last));
    if (last !== undefined && !isReset) return last;
    const isOld = startTimeUnixNano !== 0n && startTimeUnixNano < BigInt(startedAt) * NANOSECONDS;
    return isOld && !isReset ? undefined : NOTHING;
  }

  function ofNumber(key: string, point: NumberDataPoint): NumberDataPoint | undefined {
    const value = Number(point.value.value ?? 0);
    const { startTimeUnixNano: start, timeUnixNano: at } = point;
    const next = { value, count: 0n, buckets: [], at };
    const last = exchange(key, next, start, (before) => value < before.value);
    return last && { ...point, value: { case: 'asDouble', value: value - last.value } };
  }

  function ofHistogram(key: string, point: HistogramDataPoint): HistogramDataPoint | undefined {
    const { count, sum = 0, bucketCounts, min: _min, max: _max, ...rest } = point;
    const { startTimeUnixNano: start, timeUnixNano: at } = point;
    // The sum says nothing: negative values make it smaller.
    const last = exchange(key, { value: sum, count, buckets: bucketCounts, at }, start, (before) => {
      const isOther = count < before.count || bucketCounts.length !== before.buckets.length;
      return isOther || bucketCounts.some((each, index) => each < (before.buckets[index] ?? 0n));
    });
    // Smallest and largest values are those of all time.
    return (
      last && {
        ...rest,
        count: count - last.count,
        sum: sum - last.value,
        bucketCounts: bucketCounts.map((each, index) => each - (last.buckets[index] ?? 0n)),
      }
    );
  }

  function convertMetric(prefix: string, metric: Metric): Metric {
    const { name, data } = metric;
    const keyOf = (point: NumberDataPoint | HistogramDataPoint) =>
      `${prefix}|${textOf(point.attributes)}|${name}`;
    const aggregationTemporality = AggregationTemporality.DELTA;
    if (data.case === 'sum' && data.value.aggregationTemporality === AggregationTemporality.CUMULATIVE) {
      // A sum that may fall is a value, not a count of events.
      if (!data.value.isMonotonic) return metric;
      const dataPoints = data.value.dataPoints.flatMap((point) => ofNumber(keyOf(point), point) ?? []);
      return {
        ...metric,
        data: { case: 'sum', value: { ...data.value, aggregationTemporality, dataPoints } },
      };
    }
    if (
      data.case === 'histogram' &&
      data.value.aggregationTemporality === AggregationTemporality.CUMULATIVE
    ) {
      const dataPoints = data.value.dataPoints.flatMap((point) => ofHistogram(keyOf(point), point) ?? []);
      return {
        ...metric,
        data: { case: 'histogram', value: { ...data.value, aggregationTemporality, dataPoints } },
      };
    }
    return metric;
  }

  return {
    convert(all) {
      if (now() > periodEnds) [earlier, current, periodEnds] = [current, new Map(), now() + IDLE_MS];
      return all.map((each) => {
        const source = textOf(each.resource?.attributes ?? []);
        const scopeMetrics = each.scopeMetrics.map(({ scope, metrics, ...rest }) => {
          const prefix = `${source}|${delimited(scope?.name ?? '')}`;
          return { ...rest, scope, metrics: metrics.map((metric) => convertMetric(prefix, metric)) };
        });
        return { ...each, scopeMetrics };
      });
    },
  };
}

const NOTHING: Last = { value: 0, count: 0n, buckets: [], at: 0n };
