import {
  ExportLogsServiceRequestSchema,
  ExportLogsServiceResponseSchema,
} from './generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.ts';
import {
  ExportMetricsServiceRequestSchema,
  ExportMetricsServiceResponseSchema,
} from './generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.ts';
import {
  ExportTraceServiceRequestSchema,
  ExportTraceServiceResponseSchema,
} from './generated/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts';

/** The request of OTLP for each signal. */
export const REQUESTS = {
  metrics: ExportMetricsServiceRequestSchema,
  traces: ExportTraceServiceRequestSchema,
  logs: ExportLogsServiceRequestSchema,
} as const;

/** The response of OTLP for each signal. */
export const RESPONSES = {
  metrics: ExportMetricsServiceResponseSchema,
  traces: ExportTraceServiceResponseSchema,
  logs: ExportLogsServiceResponseSchema,
} as const;
