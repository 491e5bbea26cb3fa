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

/** Characters of a bad id in an error. */
const MOST_SHOWN = 64;

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

/** @throws Error for an id that is not hexadecimal, such as one in base64, which `Buffer` would cut in silence */
function convert(key: string, value: unknown, from: BufferEncoding, to: BufferEncoding): unknown {
  if (typeof value !== 'string' || !HEXADECIMAL.has(key)) return value;
  if (from === 'hex' && !/^(?:[0-9a-f]{2})*$/i.test(value))
    throw new Error(`${key}=${JSON.stringify(value.slice(0, MOST_SHOWN))}: an id has hexadecimal digits`);
  return Buffer.from(value, from).toString(to);
}
