import type { ExportLogsServiceRequest } from './generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.ts';
import type { ExportTraceServiceRequest } from './generated/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts';

const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

/**
 * Checks the lengths of ids, as the OpenTelemetry Collector does: a receiver would refuse the spans of all senders in the same request.
 * @throws Error that names the first bad id
 */
export function checkSpans({ resourceSpans }: ExportTraceServiceRequest): void {
  for (const { scopeSpans } of resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const { name, traceId, spanId, parentSpanId } of spans) {
        const of = `span ${JSON.stringify(name.slice(0, 100))}`;
        check(of, 'traceId', traceId, TRACE_BYTES);
        check(of, 'spanId', spanId, SPAN_BYTES);
        if (parentSpanId.length > 0) check(of, 'parentSpanId', parentSpanId, SPAN_BYTES);
      }
    }
  }
}

/**
 * Checks the lengths of the ids of log records, which may have none.
 * @throws Error that names the first bad id
 */
export function checkRecords({ resourceLogs }: ExportLogsServiceRequest): void {
  for (const { scopeLogs } of resourceLogs) {
    for (const { logRecords } of scopeLogs) {
      for (const { traceId, spanId } of logRecords) {
        if (traceId.length > 0) check('a log record', 'traceId', traceId, TRACE_BYTES);
        if (spanId.length > 0) check('a log record', 'spanId', spanId, SPAN_BYTES);
      }
    }
  }
}

function check(of: string, field: string, { length }: Uint8Array, wanted: number): void {
  if (length !== wanted) throw new Error(`${of}: ${field} has ${length} bytes instead of ${wanted}`);
}
