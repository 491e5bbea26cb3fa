import {
  AggregationTemporality,
  type Histogram,
  type ResourceMetrics,
  type Metric,
  type Sum,
} from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import type { KeyValue } from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';
import { textOfValue } from '../metrics/attribute-text.ts';

/** Values by size: `values`, each the middle of its bucket, and how often each occurred. */
export type Distribution = {
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
};

/** A point for an output whose format has neither resources nor scopes. */
export type FlatPoint = {
  readonly name: string;
  readonly unit: string;
  /** Attributes of the point. */
  readonly tags: Readonly<Record<string, string>>;
  /** Attributes of its source. */
  readonly source: Readonly<Record<string, string>>;
  readonly value:
    | { readonly kind: 'count' | 'gauge'; readonly number: number }
    | { readonly kind: 'distribution'; readonly distribution: Distribution };
};

/**
 * Returns the points of changes (`deltas.ts`) one by one. Points without events in the interval are left out, and those whose value is
 * not a number, or infinite: neither JSON nor StatsD has these.
 */
export function flatPoints(all: readonly ResourceMetrics[]): readonly FlatPoint[] {
  return all.flatMap(({ resource, scopeMetrics }) => {
    const source = record(resource?.attributes ?? []);
    return scopeMetrics.flatMap(({ metrics }) => metrics.flatMap((metric) => pointsOf(metric, source)));
  });
}

function pointsOf({ name, unit, data }: Metric, source: FlatPoint['source']): readonly FlatPoint[] {
  const flat = (attributes: readonly KeyValue[], value: FlatPoint['value']): FlatPoint => ({
    name,
    unit,
    tags: record(attributes),
    source,
    value,
  });
  switch (data.case) {
    case 'sum':
    case 'gauge': {
      const kind = data.case === 'sum' && isCount(data.value) ? 'count' : 'gauge';
      return data.value.dataPoints.flatMap(({ attributes, value }) => {
        const number = Number(value.value ?? 0);
        return !Number.isFinite(number) || (kind === 'count' && number === 0)
          ? []
          : [flat(attributes, { kind, number })];
      });
    }
    case 'histogram':
      return data.value.dataPoints.flatMap((point) =>
        point.count === 0n || !Number.isFinite(point.sum ?? 0)
          ? []
          : [flat(point.attributes, { kind: 'distribution', distribution: distribution(point) })],
      );
    case 'exponentialHistogram':
    case 'summary':
      return data.value.dataPoints.flatMap(({ attributes, count, sum = 0 }) =>
        count === 0n || !Number.isFinite(sum)
          ? []
          : [flat(attributes, { kind: 'distribution', distribution: average(Number(count), sum) })],
      );
    case undefined:
      return [];
  }
}

/** A change is a count, whatever its sign is. */
function isCount({ isMonotonic, aggregationTemporality }: Sum): boolean {
  return isMonotonic || aggregationTemporality === AggregationTemporality.DELTA;
}

function distribution({
  bucketCounts,
  explicitBounds,
  count,
  sum = 0,
  min,
  max,
}: HistogramPoint): Distribution {
  const filled = bucketCounts.flatMap((each, index) => (each === 0n ? [] : [{ index, count: Number(each) }]));
  if (filled.length === 0) return average(Number(count), sum);
  const middle = (index: number): number => {
    const upper = explicitBounds[index];
    const lower = explicitBounds[index - 1] ?? Math.min(0, upper ?? 0);
    return upper === undefined ? Math.max(lower, max ?? lower) : (lower + upper) / 2;
  };
  const values = filled.map(({ index }) => middle(index));
  return {
    values,
    counts: filled.map((each) => each.count),
    count: Number(count),
    sum,
    min: min ?? values[0] ?? 0,
    max: max ?? values.at(-1) ?? 0,
  };
}

type HistogramPoint = Histogram['dataPoints'][number];

/** Where only the sum is known, all values count as equal. */
function average(count: number, sum: number): Distribution {
  const value = sum / count;
  return { values: [value], counts: [count], count, sum, min: value, max: value };
}

function record(attributes: readonly KeyValue[]): Readonly<Record<string, string>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, textOfValue(value)]));
}
