import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  AggregationTemporality,
  ResourceMetricsSchema,
} from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { createDeltas } from './deltas.ts';

const STARTED_AT = 1000;
const CUMULATIVE = AggregationTemporality.CUMULATIVE;

/** A cumulative counter that began `since` milliseconds after 1970; 0: unknown. */
const counter = (value: number, since = 0) =>
  create(ResourceMetricsSchema, {
    scopeMetrics: [
      {
        metrics: [
          {
            name: 'a',
            data: {
              case: 'sum',
              value: {
                isMonotonic: true,
                aggregationTemporality: CUMULATIVE,
                dataPoints: [
                  {
                    value: { case: 'asInt', value: BigInt(value) },
                    startTimeUnixNano: BigInt(since) * 1_000_000n,
                  },
                ],
              },
            },
          },
        ],
      },
    ],
  });

const histogram = (counts: readonly number[], sum: number) =>
  create(ResourceMetricsSchema, {
    scopeMetrics: [
      {
        metrics: [
          {
            name: 'h',
            data: {
              case: 'histogram',
              value: {
                aggregationTemporality: CUMULATIVE,
                dataPoints: [
                  {
                    count: BigInt(counts.reduce((all, each) => all + each, 0)),
                    sum,
                    bucketCounts: counts.map(BigInt),
                    explicitBounds: [1],
                    min: 0,
                    max: 9,
                  },
                ],
              },
            },
          },
        ],
      },
    ],
  });

test.each<[string, readonly [number, number?][], readonly (number | undefined)[]]>([
  ['the first value counts in full', [[5], [7], [7]], [5, 2, 0]],
  ['a value that falls is a new beginning', [[5], [3]], [5, 3]],
  [
    'a series from before the agent counts from its first value',
    [
      [50, 10],
      [53, 10],
    ],
    [undefined, 3],
  ],
  ['a series that began after the agent counts in full', [[5, 2000]], [5]],
])('%s', (_title, values, expected) => {
  const deltas = createDeltas(STARTED_AT);
  const changes = values.map(([value, since]) => {
    const data = deltas.convert([counter(value, since)])[0]?.scopeMetrics[0]?.metrics[0]?.data;
    return data?.case === 'sum' ? data.value.dataPoints[0]?.value.value : 'no sum';
  });
  expect(changes).toEqual(expected);
});

test('buckets of histograms, and no extremes of all time', () => {
  const deltas = createDeltas(STARTED_AT);
  const [first, second] = [histogram([1, 2], 10), histogram([1, 5], 30)];
  deltas.convert([first]);
  const data = deltas.convert([second])[0]?.scopeMetrics[0]?.metrics[0]?.data;
  expect(data).toMatchObject({
    case: 'histogram',
    value: {
      aggregationTemporality: AggregationTemporality.DELTA,
      dataPoints: [{ count: 3n, sum: 20, bucketCounts: [0n, 3n] }],
    },
  });
  expect(data?.value?.dataPoints[0]).not.toHaveProperty('max');
  // The cumulative outputs get the same message.
  expect(second).toEqual(histogram([1, 5], 30));
});
