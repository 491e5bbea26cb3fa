import { TRACE_ID_ATTRIBUTE } from '../../../common/contracts/access-log.ts';
import type { KeyValue } from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';
import type { LogRecord, ResourceLogs } from '../otlp/generated/opentelemetry/proto/logs/v1/logs_pb.ts';
import type { Resource } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';

/**
 * Completes records of Envoy's access log, in place: the attributes of the proxy, and the id of the trace, which joins a record to its
 * trace whatever the tracer is. Attributes without a value are left out.
 */
export function completeAccessLog(
  logs: readonly ResourceLogs[],
  resource: Resource,
): readonly ResourceLogs[] {
  for (const each of logs) {
    each.resource = resource;
    for (const { logRecords } of each.scopeLogs) for (const record of logRecords) complete(record);
  }
  return logs;
}

/** Envoy writes this where a command has no value. */
const NOTHING = '-';
/** X-Ray's form, `1-8 digits-24 digits`, or W3C's. */
const TRACE_ID = /^(?:1-)?([0-9a-f]{8})-?([0-9a-f]{24})$/i;

function complete(record: LogRecord): void {
  const trace = record.attributes.find(({ key }) => key === TRACE_ID_ATTRIBUTE);
  const [, start, rest] = TRACE_ID.exec(trace === undefined ? '' : text(trace)) ?? [];
  if (record.traceId.length === 0 && start !== undefined)
    record.traceId = Buffer.from(`${start}${rest}`, 'hex');
  record.attributes = record.attributes.filter((each) => each !== trace && hasValue(each));
}

function text({ value }: KeyValue): string {
  return value?.value.case === 'stringValue' ? value.value.value : '';
}

function hasValue({ value }: KeyValue): boolean {
  if (value?.value.case === 'stringValue') return ![NOTHING, ''].includes(value.value.value);
  return value?.value.case !== undefined;
}
