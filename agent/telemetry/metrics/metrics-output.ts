import type { ResourceMetrics } from '../otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import type { OutputStatus } from '../queue/export-queue.ts';

/** An output of metrics. */
export type MetricsOutput = {
  /** Whether the output gets cumulative points as they are, or the changes since the previous points. */
  readonly temporality: 'cumulative' | 'delta';
  /** Receives points, which the caller no longer changes. */
  readonly push: (metrics: readonly ResourceMetrics[]) => void;
  readonly status: () => OutputStatus;
  readonly close: (limitMs: number) => Promise<void>;
};
