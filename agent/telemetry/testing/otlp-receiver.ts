import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { ExportMetricsServiceRequest } from '../otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.ts';
import { fromOtlpJson } from '../otlp/otlp-json.ts';
import { REQUESTS } from '../otlp/requests.ts';
import type { Signal } from '../settings/signal.ts';

/** A request that a receiver took. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it arrived, perhaps compressed. */
  readonly body: Buffer;
  /** The decoded message. */
  readonly message: MessageShape<DescMessage>;
};

/** A receiver of OTLP over HTTP, which decodes what it gets. */
export type OtlpReceiver = {
  readonly url: string;
  readonly received: readonly Received[];
  /** The next answers have this status; 200: it takes requests. */
  readonly answerWith: (status: number) => void;
  /** Data points of metrics, as `NAME{tag="value",…} VALUE` in the order of arrival. */
  readonly points: () => readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts a receiver on a port of 127.0.0.1, by default a free one. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const received: Received[] = [];
  let status = 200;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    try {
      const body = await read(request);
      if (status === 200)
        received.push({ method, path, headers, body, message: decode(path, headers, body) });
      response.writeHead(status).end();
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  }
  const server = createServer((request, response) => void answer(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    received,
    answerWith: (next) => void (status = next),
    points: () => received.flatMap(({ message }) => pointsIn(message as ExportMetricsServiceRequest)),
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
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return headers['content-type'] === 'application/json'
    ? fromOtlpJson(schema, plain.toString())
    : fromBinary(schema, plain);
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
