import type { AnyValue, KeyValue } from '../otlp/generated/opentelemetry/proto/common/v1/common_pb.ts';
import type { Span } from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';

/** Bytes of a span, an event or a link, and of a number, with the objects around them. */
const OBJECT = 200;
const SCALAR = 16;

/** Returns about how many bytes a span takes in memory. */
export function spanSize({ name, attributes, events, links }: Span): number {
  let size = OBJECT + name.length + sizeOfAll(attributes);
  for (const event of events) size += OBJECT + event.name.length + sizeOfAll(event.attributes);
  for (const link of links) size += OBJECT + sizeOfAll(link.attributes);
  return size;
}

function sizeOfAll(attributes: readonly KeyValue[]): number {
  return attributes.reduce((sum, { key, value }) => sum + key.length + sizeOfValue(value), 0);
}

function sizeOfValue(value: AnyValue | undefined): number {
  switch (value?.value.case) {
    case 'stringValue':
    case 'bytesValue':
      return SCALAR + value.value.value.length;
    case 'arrayValue':
      return value.value.value.values.reduce((sum, each) => sum + sizeOfValue(each), SCALAR);
    case 'kvlistValue':
      return SCALAR + sizeOfAll(value.value.value.values);
    case 'boolValue':
    case 'intValue':
    case 'doubleValue':
    case undefined:
    default:
      return SCALAR;
  }
}
