import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BatchGetTracesCommand, GetTraceSummariesCommand, XRayClient } from '@aws-sdk/client-xray';
import { startOtlpReceiver } from '../../../agent/telemetry/testing/otlp-receiver.ts';
import { ANY_CREDENTIALS } from '../../../controlplane/discovery/testing/cloud-map.ts';
import { startMoto } from '../../../controlplane/discovery/testing/moto.ts';
import type { SeenSpan } from './spans.ts';

/** A receiver of traces on an address that hosts of a lab can reach. */
export type TraceReceiver = {
  /** The variables with which an agent sends to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: () => Promise<readonly SeenSpan[]>;
  readonly close: () => Promise<void>;
};

const REGION = 'eu-west-1';

/** Reads the spans in X-Ray's API at an endpoint. `close` ends its connections. */
export function xraySpans(endpoint: string): Pick<TraceReceiver, 'spans'> & { readonly close: () => void } {
  const client = new XRayClient({ endpoint, region: REGION, credentials: ANY_CREDENTIALS });
  return {
    async spans() {
      const range = { StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 60_000) };
      const { TraceSummaries = [] } = await client.send(new GetTraceSummariesCommand(range));
      const ids = TraceSummaries.flatMap(({ Id }) => Id ?? []);
      if (ids.length === 0) return [];
      const { Traces = [] } = await client.send(new BatchGetTracesCommand({ TraceIds: ids }));
      return Traces.flatMap(({ Segments = [] }) =>
        Segments.map(({ Document = '' }) => {
          const { name, id, trace_id: trace, parent_id: parent = '' } = JSON.parse(Document) as Document;
          return { trace: trace.replaceAll('-', '').slice(1), id, parent, service: name };
        }),
      );
    },
    close: () => client.destroy(),
  };
}

/** Opens X-Ray's API (moto), with X-Ray's tracer in Envoy. */
export async function openXRay(address: string): Promise<TraceReceiver> {
  const moto = await startMoto(address);
  const { spans, close } = xraySpans(moto.endpoint);
  return {
    env: {
      ENABLE_ENVOY_XRAY_TRACING: '1',
      XRAY_SAMPLING_RATE: '1',
      OTEL_TRACES_EXPORTER: 'xray',
      AWS_ENDPOINT_URL_XRAY: moto.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
    },
    spans,
    async close() {
      close();
      await moto.stop();
    },
  };
}

type Document = {
  readonly name: string;
  readonly id: string;
  readonly trace_id: string;
  readonly parent_id?: string;
};

/** Opens a receiver of OTLP over HTTP. `env` says how traces reach it. */
export async function openOtlp(
  address: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TraceReceiver> {
  const receiver = await startOtlpReceiver(0, address);
  return {
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`, ...env },
    spans: () =>
      Promise.resolve(
        receiver
          .spans()
          .map(({ trace, id, parent, service }) => ({ trace, id, parent, service: String(service) })),
      ),
    close: async () => await receiver[Symbol.asyncDispose](),
  };
}

/** Opens a receiver of Zipkin's JSON. `env` says how traces reach it, from its port. */
export async function openZipkin(
  address: string,
  env: (at: { readonly address: string; readonly port: number }) => Readonly<Record<string, string>>,
): Promise<TraceReceiver> {
  const bodies: string[] = [];
  const server = await listen(address, (body) => void bodies.push(body));
  const { port } = server.address() as AddressInfo;
  return {
    env: env({ address, port }),
    spans: () =>
      Promise.resolve(
        bodies.flatMap((body) =>
          (JSON.parse(body) as ZipkinSpan[]).map(({ traceId, id, parentId = '', localEndpoint }) => ({
            trace: traceId,
            id,
            parent: parentId,
            service: localEndpoint?.serviceName ?? '',
          })),
        ),
      ),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type ZipkinSpan = {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly localEndpoint?: { readonly serviceName?: string };
};

async function listen(address: string, take: (body: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      take(body);
      response.writeHead(202).end();
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  return server;
}
