import type { ResourceMetrics } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';

/** Nanoseconds after 1970 that no series began before: as microseconds, the year 2286. */
const EARLIEST = 10n ** 16n;

/** Corrects the start of series in Envoy's statistics: Envoy 1.37 to 1.40 write microseconds where OTLP has nanoseconds. */
export function correctStartTimes(all: readonly ResourceMetrics[]): void {
  for (const { scopeMetrics } of all) {
    for (const { metrics } of scopeMetrics) {
      for (const { data } of metrics) {
        for (const point of data.value?.dataPoints ?? []) {
          if (point.startTimeUnixNano < EARLIEST) point.startTimeUnixNano *= 1000n;
        }
      }
    }
  }
}
