import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { ResourceMetricsSchema } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { countPoints } from './count-points.ts';
import { splitMetrics } from './split-metrics.ts';

const gauge = (name: string, points: number) => ({
  name,
  data: {
    case: 'gauge' as const,
    value: {
      dataPoints: Array.from({ length: points }, (_, at) => ({
        value: { case: 'asInt' as const, value: BigInt(at) },
      })),
    },
  },
});

const METRICS = [
  create(ResourceMetricsSchema, {
    resource: { attributes: [{ key: 'a' }] },
    scopeMetrics: [
      { scope: { name: 's' }, metrics: [gauge('a', 7), gauge('b', 2), gauge('none', 0)] },
      { scope: { name: 't' }, metrics: [gauge('c', 1)] },
    ],
  }),
  create(ResourceMetricsSchema, {
    resource: { attributes: [{ key: 'b' }] },
    scopeMetrics: [{ metrics: [gauge('d', 5)] }],
  }),
];

/** Returns `RESOURCE/SCOPE/NAME POINTS` of each metric in a request. */
const shape = (request: (typeof METRICS)[number][] | readonly (typeof METRICS)[number][]) =>
  request.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ scope, metrics }) =>
      metrics.map(
        ({ name, data }) =>
          `${resource?.attributes[0]?.key}/${scope?.name ?? ''}/${name} ${data.value?.dataPoints.length}`,
      ),
    ),
  );

test('requests have at most so many points, each point once and below its own resource, scope and metric', () => {
  expect(splitMetrics(METRICS, 4).map(shape)).toEqual([
    ['a/s/a 4'],
    ['a/s/a 3', 'a/s/b 1'],
    ['a/s/b 1', 'a/t/c 1', 'b//d 2'],
    ['b//d 3'],
  ]);
});

test('metrics within the limit are one request, and no metrics are none', () => {
  expect(splitMetrics(METRICS, 100).map(shape)).toEqual([['a/s/a 7', 'a/s/b 2', 'a/t/c 1', 'b//d 5']]);
  expect(splitMetrics([], 4)).toEqual([]);
  expect(splitMetrics(METRICS, 1).map(countPoints)).toEqual(Array.from({ length: 15 }, () => 1));
});
