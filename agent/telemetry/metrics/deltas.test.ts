import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  AggregationTemporality,
  ResourceMetricsSchema,
} from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { createDeltas } from './deltas.ts';

const STARTED_AT = 1000;
const CUMULATIVE = AggregationTemporality.CUMULATIVE;

/** A cumulative counter that began `since` milliseconds after 1970; 0: unknown. `at`: the time of the point. */
const counter = (value: number, since = 0, at = 0, scope = '') =>
  create(ResourceMetricsSchema, {
    scopeMetrics: [
      {
        scope: { name: scope },
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
                    timeUnixNano: BigInt(at) * 1_000_000n,
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

test.each<[string, readonly [number, number?, number?, string?][], readonly (number | undefined)[]]>([
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
  [
    'a series that ended and began again counts in full, also above its last value',
    [
      [5, 2000, 3000],
      [7, 4000, 5000],
      [8, 4000, 6000],
    ],
    [5, 7, 1],
  ],
  [
    'series of one name in two scopes are two',
    [
      [10, 0, 0, 'a'],
      [3, 0, 0, 'b'],
      [12, 0, 0, 'a'],
      [4, 0, 0, 'b'],
    ],
    [10, 3, 2, 1],
  ],
])('%s', (_title, values, expected) => {
  const deltas = createDeltas(STARTED_AT);
  const changes = values.map((value) => {
    const data = deltas.convert([counter(...value)], 'others')[0]?.scopeMetrics[0]?.metrics[0]?.data;
    return data?.case === 'sum' ? data.value.dataPoints[0]?.value.value : 'no sum';
  });
  expect(changes).toEqual(expected);
});

test.each([
  ['a negative value makes the sum smaller, which is no new beginning', [1, 2], [2, 2], -5, [1n, 0n]],
  ['a bucket with a smaller count is a new beginning', [3, 0], [1, 3], 2, [1n, 3n]],
  ['other buckets are a new beginning', [3, 0], [1, 3, 1], 2, [1n, 3n, 1n]],
])('%s', (_title, before, after, sum, expected) => {
  const deltas = createDeltas(STARTED_AT);
  deltas.convert([histogram(before, 10)], 'others');
  const data = deltas.convert([histogram(after, sum)], 'others')[0]?.scopeMetrics[0]?.metrics[0]?.data;
  expect(data?.value?.dataPoints[0]).toMatchObject({ bucketCounts: expected });
});

test('buckets of histograms, and no extremes of all time', () => {
  const deltas = createDeltas(STARTED_AT);
  const [first, second] = [histogram([1, 2], 10), histogram([1, 5], 30)];
  deltas.convert([first], 'others');
  const data = deltas.convert([second], 'others')[0]?.scopeMetrics[0]?.metrics[0]?.data;
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

test('changes have the time of the point before as their start: a receiver drops overlapping intervals', () => {
  const deltas = createDeltas(STARTED_AT);
  const times = [counter(5, 2000, 3000), counter(7, 2000, 4000)].map((metrics) => {
    const data = deltas.convert([metrics], 'others')[0]?.scopeMetrics[0]?.metrics[0]?.data;
    return Number(data?.value?.dataPoints[0]?.startTimeUnixNano) / 1e6;
  });
  expect(times).toEqual([2000, 3000]);
});

test('a counter of the agent that falls is a negative change: clients of StatsD count down', () => {
  const deltas = createDeltas(STARTED_AT);
  const changes = [counter(5, 2000, 3000), counter(3, 2000, 4000), counter(4, 5000, 6000)].map((metrics) => {
    const data = deltas.convert([metrics], 'agent')[0]?.scopeMetrics[0]?.metrics[0]?.data;
    return data?.case === 'sum' ? data.value.dataPoints[0]?.value.value : 'no sum';
  });
  expect(changes).toEqual([5, -2, 4]);
});

/** An exponential histogram with these counts of positive values. */
const exponential = (scale: number, offset: number, counts: readonly number[], sum: number) =>
  create(ResourceMetricsSchema, {
    scopeMetrics: [
      {
        metrics: [
          {
            name: 'e',
            data: {
              case: 'exponentialHistogram',
              value: {
                aggregationTemporality: CUMULATIVE,
                dataPoints: [
                  {
                    count: BigInt(counts.reduce((all, each) => all + each, 0)),
                    sum,
                    scale,
                    positive: { offset, bucketCounts: counts.map(BigInt) },
                  },
                ],
              },
            },
          },
        ],
      },
    ],
  });

test.each([
  ['the same buckets', exponential(2, 4, [1, 2], 9), exponential(2, 4, [1, 5], 20), [0n, 3n], 11],
  ['more buckets', exponential(2, 4, [1, 2], 9), exponential(2, 3, [1, 1, 2, 1], 20), [1n, 0n, 0n, 1n], 11],
  [
    'a smaller scale: two buckets have become one',
    exponential(2, 4, [1, 2], 9),
    exponential(1, 2, [5], 20),
    [2n],
    11,
  ],
  [
    'a larger scale is a new beginning',
    exponential(1, 2, [3], 9),
    exponential(2, 4, [1, 3], 20),
    [1n, 3n],
    20,
  ],
  [
    'a bucket that has gone is a new beginning',
    exponential(2, 4, [1, 2], 9),
    exponential(2, 5, [4], 20),
    [4n],
    20,
  ],
])('the change of an exponential histogram, %s', (_title, before, after, bucketCounts, sum) => {
  const deltas = createDeltas(STARTED_AT);
  deltas.convert([before], 'others');
  const data = deltas.convert([after], 'others')[0]?.scopeMetrics[0]?.metrics[0]?.data;
  expect(data?.value?.dataPoints[0]).toMatchObject({ positive: { bucketCounts }, sum });
});

test('a summary counts the values since the point before, not all of them at each interval', () => {
  const summary = (count: bigint, sum: number) =>
    create(ResourceMetricsSchema, {
      scopeMetrics: [
        { metrics: [{ name: 's', data: { case: 'summary', value: { dataPoints: [{ count, sum }] } } }] },
      ],
    });
  const deltas = createDeltas(STARTED_AT);
  deltas.convert([summary(3n, 10)], 'others');
  const data = deltas.convert([summary(5n, 16)], 'others')[0]?.scopeMetrics[0]?.metrics[0]?.data;
  expect(data?.value?.dataPoints[0]).toMatchObject({ count: 2n, sum: 6 });
});
