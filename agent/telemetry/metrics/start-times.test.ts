import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { ResourceMetricsSchema } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { correctStartTimes } from './start-times.ts';

test.each([
  ["Envoy's microseconds", 1_795_988_291_520_282n, 1_795_988_291_520_282_000n],
  ['nanoseconds', 1_795_988_291_520_282_123n, 1_795_988_291_520_282_123n],
  ['none', 0n, 0n],
])('the start of a series in %s: taken for old, the first value of each counter of Envoy was lost', (_unit, given, corrected) => {
  const point = { startTimeUnixNano: given, timeUnixNano: 1_795_988_293_536_095_000n };
  const metrics = create(ResourceMetricsSchema, {
    scopeMetrics: [{ metrics: [{ name: 'a', data: { case: 'sum', value: { dataPoints: [point] } } }] }],
  });
  correctStartTimes([metrics]);
  expect(metrics.scopeMetrics[0]?.metrics[0]?.data.value?.dataPoints[0]?.startTimeUnixNano).toBe(corrected);
});
