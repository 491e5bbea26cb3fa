import {
  toJson,
  type DescMessage,
  type JsonValue,
  type Message,
  type MessageShape,
  fromJson,
} from '@bufbuild/protobuf';

/** Fields that OTLP's JSON has in hexadecimal digits; protobuf's own JSON has base64. */
const HEXADECIMAL = new Set(['traceId', 'spanId', 'parentSpanId', 'trace_id', 'span_id', 'parent_span_id']);

/**
 * Encodes a request in OTLP's JSON: ids of traces and spans are hexadecimal, enums are numbers.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function toOtlpJson(schema: DescMessage, request: Message): string {
  const json = toJson(schema, request as MessageShape<DescMessage>, { enumAsInteger: true });
  return JSON.stringify(json, (key, value: unknown) => convert(key, value, 'base64', 'hex'));
}

/**
 * Decodes a request from OTLP's JSON. Unknown fields have no effect.
 * @throws Error if it is no JSON of this message
 */
export function fromOtlpJson<D extends DescMessage>(schema: D, text: string): MessageShape<D> {
  const json = JSON.parse(text, (key, value: unknown) => convert(key, value, 'hex', 'base64')) as JsonValue;
  return fromJson(schema, json, { ignoreUnknownFields: true });
}

function convert(key: string, value: unknown, from: BufferEncoding, to: BufferEncoding): unknown {
  return typeof value === 'string' && HEXADECIMAL.has(key) ? Buffer.from(value, from).toString(to) : value;
}
