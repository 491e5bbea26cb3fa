import { create } from '@bufbuild/protobuf';
import {
  SpanSchema,
  Span_SpanKind as Kind,
  Status_StatusCode as Code,
  type Span,
} from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { attribute } from '../traces/attribute.ts';
import { DEEPEST, isId, isSegment, isTime, type Segment, type SegmentFields } from './segment.ts';
import { isObject } from '../../../common/is-object.ts';

const NANOSECONDS = 1e9;

/**
 * Converts a segment and its subsegments to spans. Names of attributes are OpenTelemetry's; annotations keep their own, and
 * `aws.xray.annotations` lists them, as the OpenTelemetry collector does.
 */
export function segmentToSpans(segment: Segment): readonly Span[] {
  const traceId = Buffer.from(segment.traceId.replaceAll('-', '').slice(1), 'hex');
  const spans: Span[] = [];
  const add = (fields: SegmentFields, parent: string | undefined, isTop: boolean, depth: number): void => {
    spans.push(toSpan(fields, traceId, parent, isTop));
    const inner = Array.isArray(fields.subsegments) && depth < DEEPEST ? fields.subsegments : [];
    for (const each of inner) if (isSegment(each)) add(each, fields.id, false, depth + 1);
  };
  add(segment, segment.parent_id, segment.type !== 'subsegment', 0);
  return spans;
}

function toSpan(
  fields: SegmentFields,
  traceId: Uint8Array,
  parent: string | undefined,
  isTop: boolean,
): Span {
  const end = isTime(fields.end_time) ? fields.end_time : fields.start_time;
  const isFailed = fields.fault === true || fields.error === true || fields.throttle === true;
  return create(SpanSchema, {
    traceId,
    spanId: Buffer.from(fields.id, 'hex'),
    parentSpanId: isId(parent) ? Buffer.from(parent, 'hex') : new Uint8Array(),
    name: fields.name,
    kind: kindOf(fields, isTop),
    startTimeUnixNano: nanoseconds(fields.start_time),
    endTimeUnixNano: nanoseconds(end),
    attributes: attributesOf(fields),
    status: isFailed ? { code: Code.ERROR } : { code: Code.UNSET },
  });
}

/** Envoy marks its segments with their direction. */
function kindOf({ annotations, namespace }: SegmentFields, isTop: boolean): Kind {
  if (isTop) return annotations?.['direction'] === 'egress' ? Kind.CLIENT : Kind.SERVER;
  return namespace === 'remote' || namespace === 'aws' ? Kind.CLIENT : Kind.INTERNAL;
}

/** A double has 53 bits: microseconds are exact, nanoseconds are not. */
function nanoseconds(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  return BigInt(whole) * BigInt(NANOSECONDS) + BigInt(Math.round((seconds - whole) * 1e6)) * 1000n;
}

/** Members of `http` by OpenTelemetry's names. */
const REQUEST = {
  method: 'http.request.method',
  url: 'url.full',
  user_agent: 'user_agent.original',
  client_ip: 'client.address',
};
const RESPONSE = { status: 'http.response.status_code', content_length: 'http.response.body.size' };

function attributesOf(fields: SegmentFields) {
  const { http, origin, aws, sql, error, fault, throttle } = fields;
  const annotations = Object.entries(isObject(fields.annotations) ? fields.annotations : {});
  const metadata = isObject(fields.metadata) ? fields.metadata : {};
  const values: [string, unknown][] = [];
  const take = (
    from: Readonly<Record<string, unknown>> | undefined,
    names: Readonly<Record<string, string>>,
  ) => {
    for (const [member, name] of Object.entries(names)) values.push([name, from?.[member]]);
  };
  take(http?.request, REQUEST);
  take(http?.response, RESPONSE);
  values.push(
    ...annotations,
    ['aws.xray.annotations', annotations.length === 0 ? undefined : annotations.map(([name]) => name)],
    ['aws.xray.origin', origin],
    ['aws.xray.aws', textOf(aws)],
    ['aws.xray.sql', textOf(sql)],
    ['aws.xray.error', error === true ? true : undefined],
    ['aws.xray.fault', fault === true ? true : undefined],
    ['aws.xray.throttle', throttle === true ? true : undefined],
  );
  for (const [name, value] of Object.entries(metadata))
    values.push([`aws.xray.metadata.${name}`, textOf(value)]);
  return values.flatMap(([name, value]) => attribute(name, value) ?? []);
}

/** Undefined for a missing value, and for one that is nested too deeply to be written. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    const text = JSON.stringify(value);
    return text === '{}' ? undefined : text;
  } catch {
    return undefined;
  }
}
