import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { ExportMetricsServiceRequest } from '../otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.ts';
import type { ExportTraceServiceRequest } from '../otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts';
import {
  Status_StatusCode as Code,
  type Span,
} from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import type { ExportLogsServiceRequest } from '../otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.ts';
import { plain, plainAttributes } from '../traces/attribute.ts';
import { fromOtlpJson } from '../otlp/otlp-json.ts';
import { REQUESTS } from '../otlp/requests.ts';
import type { Signal } from '../settings/signal.ts';

/** A request that a receiver accepted. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it arrived, perhaps compressed. */
  readonly body: Buffer;
  /** The decoded message. */
  readonly message: MessageShape<DescMessage>;
};

/** The body of an answer, and its type. */
export type Answer = { readonly type: string; readonly bytes: Uint8Array | string };

/** A receiver of OTLP over HTTP, which decodes what it gets. */
export type OtlpReceiver = {
  readonly url: string;
  readonly received: readonly Received[];
  /** The next answers have this status and body; 200: the receiver accepts requests. */
  readonly answerWith: (status: number, body?: Answer) => void;
  /** Data points of metrics, as `NAME{tag="value",…} VALUE` in the order of arrival. */
  readonly points: () => readonly string[];
  /** Records of logs, in the order of arrival. */
  readonly records: () => readonly ReceivedRecord[];
  /** Spans of traces, in the order of arrival. */
  readonly spans: () => readonly ReceivedSpan[];
  [Symbol.asyncDispose](): Promise<void>;
};

/** A log record as text and plain JSON: the id of its trace is hexadecimal. */
export type ReceivedRecord = {
  readonly trace: string;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
};

/** A span as text and plain JSON: ids are hexadecimal. */
export type ReceivedSpan = {
  readonly service: unknown;
  readonly name: string;
  readonly kind: Span['kind'];
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly isFailed: boolean;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** Starts a receiver, by default on a free port of 127.0.0.1. */
export async function startOtlpReceiver(port = 0, host = '127.0.0.1'): Promise<OtlpReceiver> {
  const received: Received[] = [];
  let status = 200;
  let sent: Answer | undefined;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    try {
      const body = await read(request);
      if (status === 200)
        received.push({ method, path, headers, body, message: decode(path, headers, body) });
      response.writeHead(status, sent && { 'content-type': sent.type }).end(sent?.bytes);
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  }
  const server = createServer((request, response) => void answer(request, response));
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${bound}`,
    received,
    answerWith: (next, body) => void ([status, sent] = [next, body]),
    points: () =>
      received.flatMap(({ path, message }) =>
        path.endsWith('metrics') ? pointsIn(message as ExportMetricsServiceRequest) : [],
      ),
    records: () =>
      received.flatMap(({ path, message }) =>
        path.endsWith('logs') ? recordsIn(message as ExportLogsServiceRequest) : [],
      ),
    spans: () =>
      received.flatMap(({ path, message }) =>
        path.endsWith('traces') ? spansIn(message as ExportTraceServiceRequest) : [],
      ),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function decode(path: string, headers: IncomingHttpHeaders, body: Buffer): MessageShape<DescMessage> {
  const signal = path.split('/').at(-1) as Signal;
  const schema: DescMessage = REQUESTS[signal];
  const unpacked = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return headers['content-type'] === 'application/json'
    ? fromOtlpJson(schema, unpacked.toString())
    : fromBinary(schema, unpacked);
}

function pointsIn({ resourceMetrics }: ExportMetricsServiceRequest): readonly string[] {
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
  return metrics.flatMap(({ name, data }) =>
    (data.value?.dataPoints ?? []).map((point) => {
      const tags = point.attributes
        .map(({ key, value }) => `${key}=${JSON.stringify(value?.value.value)}`)
        .join(',');
      const value = 'count' in point ? `${point.count} sum ${point.sum}` : String(point.value.value);
      return `${name}{${tags}} ${value}`;
    }),
  );
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function recordsIn({ resourceLogs }: ExportLogsServiceRequest): readonly ReceivedRecord[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ traceId, body, attributes }) => ({
        trace: hex(traceId),
        body: plain(body),
        attributes: plainAttributes(attributes),
        resource: plainAttributes(resource?.attributes ?? []),
      })),
    ),
  );
}

function spansIn({ resourceSpans }: ExportTraceServiceRequest): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const source = plainAttributes(resource?.attributes ?? []);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: source['service.name'],
        name: span.name,
        kind: span.kind,
        trace: hex(span.traceId),
        id: hex(span.spanId),
        parent: hex(span.parentSpanId),
        isFailed: span.status?.code === Code.ERROR,
        resource: source,
        attributes: plainAttributes(span.attributes),
      })),
    );
  });
}
