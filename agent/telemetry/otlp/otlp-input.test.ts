import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { portOf, startTelemetry } from '../testing/telemetry.ts';
import { PATHS } from './grpc-services.ts';
import { REQUESTS } from './requests.ts';

/** A request with one point. `name` is the metric's. */
const request = (name: string, service?: string) =>
  create(REQUESTS.metrics, {
    resourceMetrics: [
      {
        ...(service === undefined
          ? {}
          : {
              resource: {
                attributes: [
                  { key: 'service.name', value: { value: { case: 'stringValue', value: service } } },
                ],
              },
            }),
        scopeMetrics: [
          {
            metrics: [
              {
                name,
                data: { case: 'gauge', value: { dataPoints: [{ value: { case: 'asDouble', value: 1 } }] } },
              },
            ],
          },
        ],
      },
    ],
  });

const bytes = (name: string) => toBinary(REQUESTS.metrics, request(name));

/** Starts telemetry with the input of OTLP. */
const start = (url: string, more = {}) =>
  startTelemetry({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_TRACES_EXPORTER: 'none',
    DAYBREAK_TELEMETRY_INPUTS: 'otlp',
    ...more,
  });

/** Exports over gRPC with grpc-js, as applications do. */
async function exportByGrpc(port: number, message: Uint8Array, isGzip = false): Promise<unknown> {
  const options = isGzip ? { 'grpc.default_compression_algorithm': 2 } : {};
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  client.makeUnaryRequest(
    PATHS.metrics,
    (value: Uint8Array) => Buffer.from(value),
    (answer: Buffer) => answer.length,
    message,
    new Metadata(),
    (error, answer) => (error === null ? resolve(answer) : reject(error)),
  );
  return promise.finally(() => client.close());
}

test('OTLP comes in over gRPC, plain and gzip, and over HTTP in protobuf and JSON', async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await start(receiver.url);
  const [grpc, http] = [portOf(telemetry, 'otlp/grpc'), portOf(telemetry, 'otlp/http')];
  await exportByGrpc(grpc, bytes('plain'));
  await exportByGrpc(grpc, bytes('gzip'), true);
  const post = (type: string, body: Uint8Array | string, more = {}) =>
    fetch(`http://127.0.0.1:${http}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': type, ...more },
      body: body as never,
    });
  const answer = await post('application/json', toJsonString(REQUESTS.metrics, request('json')));
  expect([answer.status, await answer.text()]).toEqual([200, '{}']);
  expect((await post('application/x-protobuf', bytes('protobuf'))).status).toBe(200);
  const compressed = await post('application/x-protobuf', gzipSync(bytes('compressed')), {
    'content-encoding': 'gzip',
  });
  expect(compressed.status).toBe(200);
  await expect
    .poll(() => receiver.points().toSorted())
    .toEqual(['compressed{} 1', 'gzip{} 1', 'json{} 1', 'plain{} 1', 'protobuf{} 1']);
  expect(telemetry.status().inputs).toMatchObject([{ received: 2 }, { received: 3, invalid: 0 }]);
});

test("an application's own service.name stays, and the proxy's attributes are added", async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await start(receiver.url);
  await exportByGrpc(portOf(telemetry, 'otlp/grpc'), toBinary(REQUESTS.metrics, request('a', 'shop')));
  await expect.poll(() => receiver.received.length).toBe(1);
  const text = JSON.stringify(receiver.received[0]?.message, (_, value: unknown) =>
    typeof value === 'bigint' ? 0 : value,
  );
  expect(text).toContain('"shop"');
  expect(text).toContain('daybreak.mesh');
  expect(text.match(/service\.name/g)).toHaveLength(1);
});

test("an application's spans and log records leave with the proxy's attributes too", async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await start(receiver.url, {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
  });
  const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }];
  const span = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'order' };
  const logRecords = [{ body: { stringValue: 'an order' } }];
  const bodies = {
    traces: { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] },
    logs: { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] },
  };
  for (const [signal, body] of Object.entries(bodies)) {
    await fetch(`http://127.0.0.1:${portOf(telemetry, 'otlp/http')}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }
  const resource = { 'service.name': 'shop', 'daybreak.mesh': 'm', 'daybreak.virtual_node': 'n' };
  await expect.poll(receiver.spans).toMatchObject([{ id: span.spanId, resource }]);
  await expect.poll(receiver.records).toMatchObject([{ body: 'an order', resource }]);
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['zstd', zstdCompressSync],
])('a body compressed with %s, whose name may have capitals', async (encoding, compress) => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await start(receiver.url);
  const answer = await fetch(`http://127.0.0.1:${portOf(telemetry, 'otlp/http')}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'Application/X-Protobuf', 'content-encoding': encoding.toUpperCase() },
    body: compress(bytes(encoding)) as never,
  });
  expect(answer.status).toBe(200);
  await expect.poll(receiver.points).toEqual([`${encoding}{} 1`]);
});

test('requests of HTTP/1.0, in chunks, and one after the other on a connection', async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await start(receiver.url);
  const head = (version: string, more: string) =>
    `POST /v1/metrics HTTP/${version}\r\nHost: localhost:4318\r\nContent-Type: application/json\r\n${more}\r\n`;
  const body = (name: string) => toJsonString(REQUESTS.metrics, request(name));
  const socket = connect(portOf(telemetry, 'otlp/http'), '127.0.0.1');
  const said = textOf(socket);
  const chunked = body('chunked');
  socket.write(head('1.1', 'Transfer-Encoding: chunked\r\n'));
  for (const piece of [chunked.slice(0, 20), chunked.slice(20)])
    socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
  socket.write('0\r\n\r\n');
  await expect.poll(receiver.points).toEqual(['chunked{} 1']);
  socket.write(`${head('1.0', `Content-Length: ${body('old').length}\r\n`)}${body('old')}`);
  await expect.poll(receiver.points).toEqual(['chunked{} 1', 'old{} 1']);
  expect((await said).match(/^HTTP\/1\.1 200/gm)).toHaveLength(2);
});

const span = (more: object) => ({
  resourceSpans: [
    { scopeSpans: [{ spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), ...more }] }] },
  ],
});

test.each([
  ['traces', span({ name: 'a', traceId: '1'.repeat(16) }), 'span \\"a\\": traceId has 8 bytes instead of 16'],
  ['traces', span({ spanId: '' }), 'spanId has 0 bytes instead of 8'],
  ['traces', span({ parentSpanId: '22' }), 'parentSpanId has 1 bytes instead of 8'],
  ['traces', span({ traceId: 'EREREREREREREREREREREQ==' }), 'an id has hexadecimal digits'],
  [
    'logs',
    { resourceLogs: [{ scopeLogs: [{ logRecords: [{ traceId: '11' }] }] }] },
    'traceId has 1 bytes instead of 16',
  ],
])('%s with a bad id are refused, as by the collector: %j', async (signal, body, problem) => {
  await using telemetry = await start('http://127.0.0.1:9', {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
  });
  const answer = await fetch(`http://127.0.0.1:${portOf(telemetry, 'otlp/http')}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(400);
  // google.rpc.Status, in the type of the request.
  expect(answer.headers.get('content-type')).toBe('application/json');
  const said = await answer.text();
  expect(said).toContain(problem);
  expect(JSON.parse(said)).toMatchObject({ code: 3 });
});

test.each<[string, RequestInit, number]>([
  [
    '/v1/metrics',
    { method: 'POST', body: 'rubbish', headers: { 'content-type': 'application/x-protobuf' } },
    400,
  ],
  ['/v1/metrics', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400],
  [
    '/v1/metrics',
    { method: 'POST', body: 'x'.repeat(5 * 1024 * 1024), headers: { 'content-type': 'application/json' } },
    413,
  ],
  ['/v1/metrics', { method: 'POST', body: 'a', headers: { 'content-type': 'text/plain' } }, 415],
  ['/v1/metrics', { method: 'GET' }, 405],
  ['/v2/metrics', { method: 'POST' }, 404],
  [
    '/v1/metrics',
    {
      method: 'POST',
      body: gzipSync(Buffer.alloc(64 * 1024 * 1024)) as never,
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
    },
    413,
  ],
])('%s with a bad request', async (path, init, status) => {
  await using telemetry = await start('http://127.0.0.1:9');
  const answer = await fetch(`http://127.0.0.1:${portOf(telemetry, 'otlp/http')}${path}`, init);
  expect(answer.status).toBe(status);
  expect(await answer.text()).not.toBe('');
});

test('a message of gRPC that is no OTLP is refused', async () => {
  await using telemetry = await start('http://127.0.0.1:9');
  await expect(exportByGrpc(portOf(telemetry, 'otlp/grpc'), Buffer.from('rubbish'))).rejects.toThrow(
    'INVALID_ARGUMENT',
  );
  expect(telemetry.status().inputs[0]).toMatchObject({ received: 0, invalid: 1 });
});

test('a port that another program has is left to it', async () => {
  await using first = await start('http://127.0.0.1:9');
  const port = String(portOf(first, 'otlp/grpc'));
  await using second = await start('http://127.0.0.1:9', { DAYBREAK_OTLP_GRPC_PORT: port });
  expect(second.status().inputs).toMatchObject([
    { input: `otlp/grpc 127.0.0.1:${port}`, state: 'left to another program' },
    { state: 'listening' },
  ]);
});

test('series above the limit do not pass, and the status names them', async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await start(receiver.url, { DAYBREAK_TELEMETRY_SERIES: '2' });
  for (const name of ['a', 'b', 'c', 'a']) await exportByGrpc(portOf(telemetry, 'otlp/grpc'), bytes(name));
  await expect.poll(receiver.points).toEqual(['a{} 1', 'b{} 1', 'a{} 1']);
  expect(telemetry.status().series).toEqual({ count: 2, limit: 2, refused: 1, refusedNames: ['c'] });
});

test.each(['none', 'gzip'])('OTLP leaves over gRPC, compression %s', async (compression) => {
  await using receiver = await startOtlpReceiver();
  await using second = await start(receiver.url);
  await using first = await start(`http://127.0.0.1:${portOf(second, 'otlp/grpc')}`, {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_COMPRESSION: compression,
  });
  for (const name of ['a', 'b']) await exportByGrpc(portOf(first, 'otlp/grpc'), bytes(name));
  await expect.poll(receiver.points).toEqual(['a{} 1', 'b{} 1']);
  await expect.poll(() => first.status().outputs).toMatchObject([{ state: 'ok', sent: 2 }]);
});
