import type { ResourceMetrics } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';

/** Returns the number of data points. */
export function countPoints(all: readonly ResourceMetrics[]): number {
  let points = 0;
  for (const { scopeMetrics } of all) {
    for (const { metrics } of scopeMetrics) {
      for (const { data } of metrics) points += data.value?.dataPoints.length ?? 0;
    }
  }
  return points;
}
