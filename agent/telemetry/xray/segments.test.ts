import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { ResourceSchema } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import {
  SpanSchema,
  Span_SpanKind as Kind,
  Status_StatusCode as Code,
} from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { attribute, plainAttributes } from '../traces/attribute.ts';
import { spanToZipkin } from '../traces/span-to-zipkin.ts';
import { parseDatagram, parseSegment } from './segment.ts';
import { segmentToSpans } from './segment-to-spans.ts';
import { spanToSegment } from './span-to-segment.ts';
import { datagram, OF_APPLICATION, OF_ENVOY, TRACE } from './testing/segments.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const spansOf = (segment: object) => {
  const parsed = parseSegment(JSON.stringify(segment));
  return parsed === undefined ? [] : segmentToSpans(parsed);
};

test("Envoy's segment becomes a span with the same ids", () => {
  const [span] = spansOf(OF_ENVOY);
  expect(span).toMatchObject({ name: 'apps/serviceB', kind: Kind.CLIENT, status: { code: Code.ERROR } });
  expect(hex(span?.traceId ?? new Uint8Array())).toBe('67891233abcdef012345678912345678');
  expect(hex(span?.spanId ?? new Uint8Array())).toBe(OF_ENVOY.id);
  expect(hex(span?.parentSpanId ?? new Uint8Array())).toBe(OF_ENVOY.parent_id);
  expect(span?.startTimeUnixNano).toBe(1_795_981_488_939_973_000n);
  expect(span?.endTimeUnixNano).toBe(1_795_981_488_949_258_000n);
  expect(plainAttributes(span?.attributes ?? [])).toEqual({
    'http.request.method': 'GET',
    'url.full': 'http://colors.local/color',
    'user_agent.original': 'node',
    'client.address': '10.0.0.7',
    'http.response.status_code': 503,
    'http.response.body.size': 2,
    ...OF_ENVOY.annotations,
    'aws.xray.annotations': Object.keys(OF_ENVOY.annotations),
    'aws.xray.origin': 'AWS::AppMesh::Proxy',
    'aws.xray.aws': JSON.stringify(OF_ENVOY.aws),
    'aws.xray.fault': true,
  });
});

test('subsegments become spans below their segment', () => {
  const spans = spansOf(OF_APPLICATION);
  expect(spans.map(({ name, kind, parentSpanId }) => [name, kind, hex(parentSpanId)])).toEqual([
    ['colors', Kind.SERVER, ''],
    ['DynamoDB', Kind.CLIENT, OF_APPLICATION.id],
    ['marshal', Kind.INTERNAL, '53995c3f42cd8ad8'],
  ]);
  expect(plainAttributes(spans[1]?.attributes ?? [])).toEqual({
    'aws.xray.error': true,
    'aws.xray.metadata.debug': '{"attempt":2}',
  });
});

test('a subsegment that arrives alone keeps its parent', () => {
  const alone = {
    ...OF_APPLICATION.subsegments[0],
    type: 'subsegment',
    trace_id: TRACE,
    parent_id: OF_ENVOY.id,
  };
  expect(spansOf(alone)[0]).toMatchObject({
    kind: Kind.CLIENT,
    parentSpanId: Buffer.from(OF_ENVOY.id, 'hex'),
  });
});

test.each([
  ['', 'nothing'],
  ['{"format":"json","version":1}', 'no document'],
  ['{"format":"json","version":2}\n{}', 'another version'],
  ['{"format":"xml","version":1}\n{}', 'another format'],
  ['x'.repeat(65_000), '65 kB'],
  ['\0\0\n\0', 'NUL'],
  [datagram({}), 'an empty document'],
  ['{"format":"json","version":1}\n[]', 'a list'],
  [`{"format":"json","version":1}\n${'['.repeat(30_000)}`, 'half a document, deep'],
  [datagram({ ...OF_ENVOY, id: 'x' }), 'a bad id'],
  [datagram({ ...OF_ENVOY, trace_id: '67891233abcdef012345678912345678' }), "an id of W3C's form"],
  [datagram({ ...OF_ENVOY, name: 3 }), 'a name that is a number'],
  [datagram({ ...OF_ENVOY, start_time: '1' }), 'a time that is a text'],
])('%# is no segment: %s', (text) => {
  expect(parseDatagram(Buffer.from(text))).toBeUndefined();
});

test.each([
  '{"format": "json", "version": 1}',
  '{"version":1,"format":"json"}',
  ' {"format":"json","version":1}\r',
])('the header %j is read as JSON', (header) => {
  expect(parseDatagram(Buffer.from(`${header}\n${JSON.stringify(OF_ENVOY)}`))?.id).toBe(OF_ENVOY.id);
});

test('bytes that are no UTF-8 are no fault', () => {
  const half = Buffer.concat([Buffer.from('{"format":"json","version":1}\n{"name":"'), Buffer.from([0xc3])]);
  expect(parseDatagram(half)).toBeUndefined();
});

test('members of unexpected types do not end the agent', () => {
  const odd = {
    ...OF_ENVOY,
    http: 'x',
    annotations: [1],
    metadata: 'abc',
    subsegments: [null, 1, {}],
    parent_id: 5,
  };
  expect(spansOf(odd)).toHaveLength(1);
});

const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;

test.each([
  ['an end of infinity', { end_time: 'ODD' }, '1e999'],
  ['an end before 1970', { end_time: -5 }],
  ['times in microseconds, which OTLP cannot hold', { start_time: 1_795_981_488_939_973, end_time: 1e300 }],
  ['null where objects belong', { annotations: null, metadata: null, http: null, aws: null, sql: null }],
  ['null in the middle', { http: { request: null, response: null } }],
  ['metadata nested deeper than the stack', { metadata: { odd: 'ODD' } }, nested],
  ['annotations nested deeper than the stack', { annotations: { odd: 'ODD' } }, nested],
  ['a subsegment that starts in microseconds', { subsegments: [{ ...OF_ENVOY, start_time: 1e15 }] }],
])('%s does not end the agent', (_, members, odd = '') => {
  const text = JSON.stringify({ ...OF_ENVOY, ...members }).replace('"ODD"', odd);
  const spans = [parseSegment(text)].flatMap((each) => (each === undefined ? [] : segmentToSpans(each)));
  expect(() => spans.map((span) => toBinary(SpanSchema, span))).not.toThrow();
});

test.each([
  '463ac3',
  '463ac35c9f6413ad00',
  5,
])('%j is no parent: a receiver refuses the whole request for an id of another length', (parent) => {
  expect(spansOf({ ...OF_ENVOY, parent_id: parent })[0]?.parentSpanId).toHaveLength(0);
});

test('members that are null or no objects become no attributes', () => {
  const [span] = spansOf({ ...OF_ENVOY, annotations: [1], metadata: 'abc', aws: null, sql: null });
  const names = plainAttributes(span?.attributes ?? []);
  expect(Object.keys(names).filter((name) => name.startsWith('aws.xray.'))).toEqual([
    'aws.xray.origin',
    'aws.xray.fault',
  ]);
});

const RESOURCE = create(ResourceSchema, {
  attributes: ['service.name', 'daybreak.mesh', 'daybreak.virtual_node'].flatMap(
    (name) => attribute(name, name === 'service.name' ? 'white' : 'apps') ?? [],
  ),
});

const SPAN = create(SpanSchema, {
  traceId: Buffer.from('67891233abcdef012345678912345678', 'hex'),
  spanId: Buffer.from(OF_ENVOY.id, 'hex'),
  parentSpanId: Buffer.from(OF_ENVOY.parent_id, 'hex'),
  name: 'ingress',
  kind: Kind.SERVER,
  startTimeUnixNano: 1_795_981_488_939_973_000n,
  endTimeUnixNano: 1_795_981_488_949_258_000n,
  attributes: [
    attribute('http.method', 'GET'),
    attribute('http.url', 'http://colors.local/'),
    attribute('http.status_code', '503'),
    attribute('upstream_cluster.name', 'x'),
    attribute('component', 'proxy'),
  ].flatMap((each) => each ?? []),
  status: { code: Code.ERROR, message: 'no upstream' },
});

test("a span of Envoy becomes a segment that X-Ray's console joins to the mesh", () => {
  expect(JSON.parse(spanToSegment(SPAN, RESOURCE))).toEqual({
    name: 'white',
    id: OF_ENVOY.id,
    trace_id: TRACE,
    parent_id: OF_ENVOY.parent_id,
    start_time: 1_795_981_488.939973,
    end_time: 1_795_981_488.949258,
    origin: 'AWS::AppMesh::Proxy',
    aws: { app_mesh: { mesh_name: 'apps', virtual_node_name: 'apps' } },
    http: { request: { method: 'GET', url: 'http://colors.local/' }, response: { status: 503 } },
    fault: true,
    annotations: {
      http_method: 'GET',
      http_url: 'http://colors.local/',
      http_status_code: '503',
      upstream_cluster_name: 'x',
      component: 'proxy',
      otel_name: 'ingress',
    },
    metadata: {
      resource: { 'service.name': 'white', 'daybreak.mesh': 'apps', 'daybreak.virtual_node': 'apps' },
    },
  });
});

test('a span of the application is no segment of the proxy, although it has the attributes of the mesh', () => {
  const attributes = SPAN.attributes.filter(({ key }) => key !== 'component');
  const segment = JSON.parse(spanToSegment({ ...SPAN, attributes }, RESOURCE)) as object;
  expect(segment).not.toHaveProperty('origin');
  expect(segment).not.toHaveProperty('aws');
});

test('a span of a call becomes a subsegment, with a name that X-Ray allows', () => {
  const call = { ...SPAN, kind: Kind.CLIENT, name: 'a<b>;"c"' };
  expect(JSON.parse(spanToSegment(call, undefined))).toMatchObject({
    name: 'a_b___c_',
    type: 'subsegment',
    namespace: 'remote',
  });
});

test.each([
  ['429', { error: true, throttle: true }],
  ['404', { error: true }],
  ['500', { fault: true }],
])('status %s', (code, problem) => {
  const attributes = [attribute('http.status_code', code)].flatMap((each) => each ?? []);
  expect(JSON.parse(spanToSegment({ ...SPAN, attributes }, RESOURCE))).toMatchObject(problem);
});

test("a span in Zipkin's JSON", () => {
  expect(spanToZipkin(SPAN, RESOURCE)).toEqual({
    traceId: '67891233abcdef012345678912345678',
    id: OF_ENVOY.id,
    parentId: OF_ENVOY.parent_id,
    name: 'ingress',
    kind: 'SERVER',
    timestamp: 1_795_981_488_939_973,
    duration: 9285,
    localEndpoint: { serviceName: 'white' },
    tags: {
      'daybreak.mesh': 'apps',
      'daybreak.virtual_node': 'apps',
      'http.method': 'GET',
      'http.url': 'http://colors.local/',
      'http.status_code': '503',
      'upstream_cluster.name': 'x',
      component: 'proxy',
      'otel.status_code': 'ERROR',
      error: 'no upstream',
    },
  });
});
