import { ExportLogsServiceRequestSchema } from './generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.ts';
import { ExportMetricsServiceRequestSchema } from './generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.ts';
import { ExportTraceServiceRequestSchema } from './generated/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts';

/** The request of OTLP for each signal. */
export const REQUESTS = {
  metrics: ExportMetricsServiceRequestSchema,
  traces: ExportTraceServiceRequestSchema,
  logs: ExportLogsServiceRequestSchema,
} as const;
