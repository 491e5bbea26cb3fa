import type { Resource } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import {
  Span_SpanKind as Kind,
  Status_StatusCode as Code,
  type Span,
} from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { plainAttributes, type Plain } from '../traces/attribute.ts';

type Attributes = Readonly<Record<string, Plain>>;

/**
 * Converts a span to a segment document of X-Ray. A span that serves a request, or that has no parent, is a segment; any other is a
 * subsegment of its own, which X-Ray joins to its parent by the id.
 */
export function spanToSegment(span: Span, resource: Resource | undefined): string {
  const of = plainAttributes(span.attributes);
  const source = plainAttributes(resource?.attributes ?? []);
  const isTop = span.parentSpanId.length === 0 || span.kind === Kind.SERVER || span.kind === Kind.CONSUMER;
  const service = textOf(source['service.name']) ?? 'unknown';
  return JSON.stringify({
    name: nameOf(isTop ? service : (textOf(of['peer.service']) ?? textOf(of['server.address']) ?? span.name)),
    id: hex(span.spanId),
    trace_id: traceIdOf(span.traceId),
    parent_id: span.parentSpanId.length === 0 ? undefined : hex(span.parentSpanId),
    start_time: seconds(span.startTimeUnixNano),
    end_time: seconds(span.endTimeUnixNano),
    ...(isTop ? placeOf(source, of) : { type: 'subsegment' }),
    ...(!isTop && span.kind === Kind.CLIENT ? { namespace: 'remote' } : {}),
    http: httpOf(of),
    ...problemOf(span, of),
    annotations: annotationsOf(span, of),
    metadata: { resource: source },
  });
}

/** Returns X-Ray's form of a trace id: `1-8 digits-24 digits`. */
function traceIdOf(id: Uint8Array): string {
  const digits = hex(id);
  return `1-${digits.slice(0, 8)}-${digits.slice(8)}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1e6;
}

/** Characters of a name. X-Ray refuses a segment with others. */
const FOREIGN = /[^\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]/gu;
const LONGEST_NAME = 200;

function nameOf(name: string): string {
  const allowed = name.replaceAll(FOREIGN, '_').slice(0, LONGEST_NAME);
  return allowed === '' ? 'unknown' : allowed;
}

/** Names of attributes before and after OpenTelemetry settled them: Envoy has the older ones. */
function first(of: Attributes, ...names: readonly string[]): Plain | undefined {
  const name = names.find((each) => of[each] !== undefined);
  return name === undefined ? undefined : of[name];
}

function statusOf(of: Attributes): number | undefined {
  const status = Number(first(of, 'http.response.status_code', 'http.status_code'));
  return Number.isInteger(status) && status > 0 ? status : undefined;
}

function httpOf(of: Attributes) {
  const request = {
    method: first(of, 'http.request.method', 'http.method'),
    url: first(of, 'url.full', 'http.url'),
    user_agent: first(of, 'user_agent.original', 'user_agent'),
    client_ip: first(of, 'client.address', 'peer.address'),
  };
  const response = {
    status: statusOf(of),
    content_length: numberOf(first(of, 'http.response.body.size', 'response_size')),
  };
  return Object.values(request).some((each) => each !== undefined) || response.status !== undefined
    ? { request, response }
    : undefined;
}

function problemOf({ status }: Span, of: Attributes) {
  const code = statusOf(of);
  if (code === 429) return { error: true, throttle: true };
  if (code !== undefined && code >= 400 && code < 500) return { error: true };
  const isFault = (code !== undefined && code >= 500) || status?.code === Code.ERROR;
  return isFault ? { fault: true } : {};
}

/** X-Ray indexes at most 50 annotations a trace. */
const MOST_ANNOTATIONS = 50;

function annotationsOf(span: Span, of: Attributes) {
  const entries = Object.entries({ ...of, 'otel.name': span.name }).flatMap(([name, value]) =>
    typeof value === 'object' ? [] : [[name.replaceAll(/\W/g, '_'), value] as const],
  );
  return Object.fromEntries(entries.slice(0, MOST_ANNOTATIONS));
}

/** Envoy's tracers mark its spans with this component. Spans of the application have the attributes of the mesh, too. */
const ENVOY = 'proxy';

function placeOf(source: Attributes, of: Attributes) {
  const mesh = source['daybreak.mesh'];
  if (mesh !== undefined && of['component'] === ENVOY) {
    const node = first(source, 'daybreak.virtual_node', 'daybreak.virtual_gateway');
    return {
      origin: 'AWS::AppMesh::Proxy',
      aws: { app_mesh: { mesh_name: mesh, virtual_node_name: node } },
    };
  }
  if (source['cloud.platform'] === 'aws_ecs') return { origin: 'AWS::ECS::Container' };
  return source['cloud.platform'] === 'aws_ec2' ? { origin: 'AWS::EC2::Instance' } : {};
}

function textOf(value: Plain | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: Plain | undefined): number | undefined {
  const number = Number(value);
  return value === undefined || !Number.isFinite(number) ? undefined : number;
}
