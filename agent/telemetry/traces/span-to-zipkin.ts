import type { Resource } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import {
  Span_SpanKind as Kind,
  Status_StatusCode as Code,
  type Span,
} from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { plainAttributes, type Plain } from './attribute.ts';

const KINDS: Readonly<Partial<Record<Kind, string>>> = {
  [Kind.SERVER]: 'SERVER',
  [Kind.CLIENT]: 'CLIENT',
  [Kind.PRODUCER]: 'PRODUCER',
  [Kind.CONSUMER]: 'CONSUMER',
};

/**
 * Converts a span to Zipkin's JSON, version 2.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/
 */
export function spanToZipkin(span: Span, resource: Resource | undefined): object {
  const { 'service.name': service, ...source } = plainAttributes(resource?.attributes ?? []);
  const start = span.startTimeUnixNano / 1000n;
  const end = span.endTimeUnixNano / 1000n;
  return {
    traceId: Buffer.from(span.traceId).toString('hex'),
    id: Buffer.from(span.spanId).toString('hex'),
    ...(span.parentSpanId.length === 0 ? {} : { parentId: Buffer.from(span.parentSpanId).toString('hex') }),
    name: span.name,
    ...(KINDS[span.kind] === undefined ? {} : { kind: KINDS[span.kind] }),
    timestamp: Number(start),
    // Zipkin takes 0 for a span that did not end.
    duration: Math.max(1, Number(end - start)),
    localEndpoint: { serviceName: typeof service === 'string' ? service : 'unknown' },
    tags: tagsOf({ ...source, ...plainAttributes(span.attributes) }, span),
  };
}

function tagsOf(
  attributes: Readonly<Record<string, Plain>>,
  { status }: Span,
): Readonly<Record<string, string>> {
  const tags = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  if (status?.code !== Code.ERROR) return tags;
  return { ...tags, 'otel.status_code': 'ERROR', error: tags['error'] ?? status.message };
}
