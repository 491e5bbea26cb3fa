import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { ResourceMetricsSchema } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { emfLines } from './emf-lines.ts';
import { flatPoints } from './flat-points.ts';
import { statsdLines } from './statsd-lines.ts';

test('numbers that JSON and StatsD do not have are left out, and attributes without a value are empty', () => {
  const point = (value: number) => ({
    attributes: [{ key: 'a' }],
    value: { case: 'asDouble' as const, value },
  });
  const dataPoints = [Number.NaN, Infinity, 3].map(point);
  const metrics = [{ name: 'depth', data: { case: 'gauge' as const, value: { dataPoints } } }];
  const points = flatPoints([create(ResourceMetricsSchema, { scopeMetrics: [{ metrics }] })]);
  expect(points).toMatchObject([{ name: 'depth', tags: { a: '' }, value: { number: 3 } }]);
  expect(statsdLines(points, 'statsd')).toEqual(['depth.a.:3|g']);
  expect(emfLines(points, 'N', 0)).toHaveLength(1);
});
