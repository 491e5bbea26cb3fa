import {
  AggregationTemporality,
  type Metric,
  type ResourceMetrics,
} from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { delimited, textOf } from './attribute-text.ts';
import { changeOf, valuesOf, withValues, type CumulativePoint, type Values } from './delta-points.ts';

/** Converts cumulative points to the changes since the previous point. */
export type Deltas = {
  /**
   * Returns the same metrics with changes in place of cumulative sums, histograms and summaries. Does not modify its argument. `source`: the agent
   * itself, whose counters may fall, or other programs.
   */
  readonly convert: (metrics: readonly ResourceMetrics[], source: Source) => readonly ResourceMetrics[];
};

type Source = 'agent' | 'others';

const { CUMULATIVE, DELTA } = AggregationTemporality;

/** The last cumulative values of a series. Times are in nanoseconds; 0: unknown. */
type Last = { readonly values: Values; readonly at: bigint; readonly start: bigint };

/** The time without a point after which a series begins again, in milliseconds. */
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

  /** Returns the point with the change; nothing if the point is the first of its series. */
  function convertPoint<P extends CumulativePoint>(prefix: string, point: P, source: Source): readonly P[] {
    const key = `${prefix}|${textOf(point.attributes)}`;
    const { startTimeUnixNano: start, timeUnixNano: at } = point;
    const values = valuesOf(point);
    const last = current.get(key) ?? earlier.get(key);
    current.set(key, { values, at, start });
    if (last === undefined) {
      const isOld = start !== 0n && start < BigInt(startedAt) * NANOSECONDS;
      return isOld ? [] : [withValues(point, values)];
    }
    const isOwn = source === 'agent';
    const hasBegun = isOwn ? start !== last.start : last.at !== 0n && start > last.at;
    const change = hasBegun ? undefined : changeOf(values, last.values, isOwn);
    if (change === undefined) return [withValues(point, values)];
    // Intervals of changes must not overlap.
    return [{ ...withValues(point, change), startTimeUnixNano: last.at === 0n ? start : last.at }];
  }

  function convertMetric(outer: string, metric: Metric, source: Source): Metric {
    const { name, data } = metric;
    if (data.case === undefined || !isConverted(data, source)) return metric;
    const prefix = `${outer}|${delimited(name)}`;
    const points: readonly CumulativePoint[] = data.value.dataPoints;
    const dataPoints = points.flatMap((point) => convertPoint(prefix, point, source));
    const delta = data.case === 'summary' ? {} : { aggregationTemporality: DELTA };
    // The kinds of points are not mixed.
    return { ...metric, data: { case: data.case, value: { ...data.value, ...delta, dataPoints } } as Data };
  }

  return {
    convert(all, source) {
      if (now() > periodEnds) [earlier, current, periodEnds] = [current, new Map(), now() + IDLE_MS];
      return all.map((each) => {
        const sender = textOf(each.resource?.attributes ?? []);
        const scopeMetrics = each.scopeMetrics.map(({ scope, metrics, ...rest }) => {
          const prefix = `${sender}|${delimited(scope?.name ?? '')}`;
          return { ...rest, scope, metrics: metrics.map((metric) => convertMetric(prefix, metric, source)) };
        });
        return { ...each, scopeMetrics };
      });
    },
  };
}

type Data = Metric['data'];

/** Returns whether a metric has cumulative points of events. */
function isConverted(data: Data, source: Source): boolean {
  switch (data.case) {
    case 'sum':
      // A sum that may fall is a value, not a count of events, unless it is a counter of StatsD.
      return (
        data.value.aggregationTemporality === CUMULATIVE && (data.value.isMonotonic || source === 'agent')
      );
    case 'histogram':
    case 'exponentialHistogram':
      return data.value.aggregationTemporality === CUMULATIVE;
    case 'summary':
      return true;
    case 'gauge':
    case undefined:
      return false;
  }
}
