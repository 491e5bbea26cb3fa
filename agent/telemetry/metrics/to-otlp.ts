import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AnyValueSchema,
  KeyValueSchema,
  type KeyValue,
} from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';
import {
  AggregationTemporality,
  MetricSchema,
  ResourceMetricsSchema,
  type Metric,
  type ResourceMetrics,
} from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import type { Resource } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import { BOUNDS, type Series } from './series.ts';

/** The common part of the points of a collection. Times are in milliseconds since 1970. */
export type CollectionInfo = {
  readonly resource: Resource;
  readonly scope: { readonly name: string; readonly version: string };
  readonly at: number;
};

const NANOSECONDS = 1_000_000n;

/**
 * Converts series to cumulative points of OpenTelemetry. Series of one name and kind become one metric. It is monotonic unless one of its counters
 * has fallen.
 */
export function toResourceMetrics(
  series: readonly Series[],
  { resource, scope, at }: CollectionInfo,
): ResourceMetrics {
  const metrics = new Map<string, Metric>();
  for (const each of series) {
    const unit = each.kind === 'histogram' ? each.unit : '';
    const key = `${each.kind} ${unit} ${each.name}`;
    const metric = metrics.get(key) ?? emptyMetric(each, unit);
    metrics.set(key, metric);
    addPoint(metric, each, BigInt(at) * NANOSECONDS);
  }
  return create(ResourceMetricsSchema, {
    resource,
    scopeMetrics: [{ scope, metrics: [...metrics.values()] }],
  });
}

function emptyMetric({ name, kind }: Series, unit: string): Metric {
  return create(MetricSchema, { name, unit, data: emptyData(kind) });
}

function emptyData(kind: Series['kind']): NonNullable<MessageInitShape<typeof MetricSchema>['data']> {
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  if (kind === 'counter') return { case: 'sum', value: { aggregationTemporality, isMonotonic: true } };
  return kind === 'histogram'
    ? { case: 'histogram', value: { aggregationTemporality } }
    : { case: 'gauge', value: {} };
}

function addPoint({ data }: Metric, series: Series, timeUnixNano: bigint): void {
  const attributes = attributesOf(series);
  const startTimeUnixNano = BigInt(series.startedAt) * NANOSECONDS;
  const common = {
    attributes,
    startTimeUnixNano,
    timeUnixNano,
    exemplars: [],
    flags: 0,
  };
  if (data.case === 'histogram' && series.kind === 'histogram') {
    data.value.dataPoints.push({
      ...common,
      $typeName: HISTOGRAM,
      // Sampled values weigh more than one, not always a whole number.
      bucketCounts: Array.from(series.counts, (count) => BigInt(Math.round(count))),
      count: BigInt(series.counts.reduce((sum, count) => sum + Math.round(count), 0)),
      explicitBounds: [...BOUNDS],
      sum: series.sum,
      min: series.min,
      max: series.max,
    });
  } else if (data.case === 'sum' || data.case === 'gauge') {
    const value = series.kind === 'set' ? series.values.size : 'value' in series ? series.value : 0;
    if (data.case === 'sum' && series.kind === 'counter' && series.hasFallen) data.value.isMonotonic = false;
    data.value.dataPoints.push({ ...common, $typeName: NUMBER, value: { case: 'asDouble', value } });
  }
}

const NUMBER = 'opentelemetry.proto.metrics.v1.NumberDataPoint';
const HISTOGRAM = 'opentelemetry.proto.metrics.v1.HistogramDataPoint';

/** The attributes of series, which stay the same at each collection. Outputs do not change them. */
const ATTRIBUTES = new WeakMap<Series, KeyValue[]>();

function attributesOf(series: Series): KeyValue[] {
  const known = ATTRIBUTES.get(series) ?? series.tags.map(([name, value]) => keyValue(name, value));
  ATTRIBUTES.set(series, known);
  return known;
}

/** Returns an attribute with a text. */
export function keyValue(key: string, value: string): KeyValue {
  return create(KeyValueSchema, {
    key,
    value: create(AnyValueSchema, { value: { case: 'stringValue', value } }),
  });
}
