import { startMoto } from '../../../../controlplane/discovery/testing/moto.ts';
import { request } from '../../../lab/clients/http.ts';
import { freePort } from '../../../lab/net/free-port.ts';
import { until } from '../../../lab/until.ts';
import { xraySpans } from '../../../telemetry/testing/receivers.ts';
import type { SeenSpan } from '../../../telemetry/testing/spans.ts';
import { pointsIn, recordsIn, spansIn, startCollector } from './collector.ts';
import { startXRayDaemon, startZipkin } from './other-receivers.ts';
import { body, PATIENT, startProgram } from './program.ts';

/** A real receiver on an address that hosts of a lab can reach. */
export type ColorReceiver = {
  /** The variables with which an agent sends to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: () => Promise<readonly SeenSpan[]>;
  /** How many of the last digits of a trace's id it has. */
  readonly digits: number;
  /** Returns the id of a span, given in hexadecimal digits, in its form. */
  readonly idOf: (id: string) => string;
  /** Checks further signals, and returns a text for each. */
  readonly check?: (requests: number, traces: readonly string[]) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

/** Opens a receiver from its program. */
export type OpenReceiver = (path: string, address: string) => Promise<ColorReceiver>;

const WHOLE = { digits: 32, idOf: (id: string) => id };

/** The OpenTelemetry Collector: OpenTelemetry's tracer straight to it over gRPC, metrics and the access log through the agent. */
export const openCollector: OpenReceiver = async (path, address) => {
  const { ports, requests, stop } = await startCollector(path, { address });
  const counted = () =>
    pointsIn(requests()).findLast(
      ({ name, tags, resource }) =>
        name === 'http.downstream_rq_total' &&
        tags['envoy.http_conn_manager_prefix'] === 'ingress' &&
        resource['daybreak.virtual_node'] === 'colorteller-vn',
    );
  return {
    ...WHOLE,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${address}:${ports.grpc}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_LOGS_EXPORTER: 'otlp',
      ENVOY_STATS_FLUSH_INTERVAL: '5s',
    },
    spans: async () =>
      spansIn(requests()).map(({ traceId, spanId, parentSpanId = '', resource }) => ({
        trace: traceId,
        id: spanId,
        parent: parentSpanId,
        service: resource['service.name'] ?? '',
      })),
    async check(wanted, traces) {
      // The mesh had a request already when it was ready.
      const served = () =>
        spansIn(requests()).filter(({ resource }) => resource['daybreak.virtual_node'] === 'colorteller-vn')
          .length;
      await until(
        'as many requests in the metrics as spans',
        async () => served() >= wanted && counted()?.value === served(),
        PATIENT,
      );
      const instance = counted()?.resource['service.instance.id'];
      const joined = (trace: string) =>
        recordsIn(requests()).some(
          (record) => record.trace === trace && record.resource['service.instance.id'] === instance,
        ) &&
        spansIn(requests()).some(
          (span) => span.traceId === trace && span.resource['service.instance.id'] === instance,
        );
      await until('a log record for each trace', async () => traces.every(joined), PATIENT);
      return [
        `${served()} requests in the teller's metrics, as many as it has spans`,
        "log, span and metric of each have the ids of its trace and of the teller's proxy",
      ];
    },
    close: stop,
  };
};

/** X-Ray's daemon in front of moto: Envoy's X-Ray tracer sends to it, as in App Mesh. */
export const openXRayDaemon: OpenReceiver = async (path, address) => {
  const moto = await startMoto();
  const port = await freePort();
  const program = startXRayDaemon(path, address, port, moto.endpoint);
  const { spans, close } = xraySpans(moto.endpoint);
  return {
    ...WHOLE,
    env: {
      ENABLE_ENVOY_XRAY_TRACING: '1',
      XRAY_SAMPLING_RATE: '1',
      AWS_XRAY_DAEMON_ADDRESS: `${address}:${port}`,
    },
    spans,
    async close() {
      close();
      await program.stop();
      await moto.stop();
    },
  };
};

type ZipkinSpan = {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly localEndpoint?: { readonly serviceName?: string };
};

/** Zipkin's server: Envoy's Zipkin tracer sends to it, by the variables of Jaeger. */
export const openZipkinServer: OpenReceiver = async (path, address) => {
  const port = await freePort();
  const program = await startZipkin(path, address, port);
  return {
    ...WHOLE,
    env: {
      ENABLE_ENVOY_JAEGER_TRACING: '1',
      JAEGER_TRACER_ADDRESS: address,
      JAEGER_TRACER_PORT: `${port}`,
      // As protobuf, Envoy writes the bytes of span ids in the other order.
      JAEGER_TRACER_VERSION: 'JSON',
      OTEL_PROPAGATORS: 'b3,tracecontext',
    },
    async spans() {
      const text = await body(`http://${address}:${port}/api/v2/traces?limit=100`);
      const all = text === '' ? [] : (JSON.parse(text) as readonly (readonly ZipkinSpan[])[]).flat();
      return all.map(({ traceId, id, parentId = '', localEndpoint }) => ({
        trace: traceId,
        id,
        parent: parentId,
        service: localEndpoint?.serviceName ?? '',
      }));
    },
    close: program.stop,
  };
};

type DatadogSpan = {
  readonly trace_id: number;
  readonly span_id: number;
  readonly parent_id: number;
  readonly service: string;
};

/** Datadog's test agent: Envoy's Datadog tracer sends to it. */
export const openDatadog: OpenReceiver = async (path, address) => {
  const port = await freePort();
  const program = startProgram(path, { args: () => ['--host', address, '--port', `${port}`] });
  // The numbers of JSON are doubles here, for ids of all spans alike.
  const text = (id: number) => `${id}`;
  return {
    digits: 16,
    idOf: (id) => text(Number(BigInt(`0x${id}`))),
    env: {
      ENABLE_ENVOY_DATADOG_TRACING: '1',
      DATADOG_TRACER_ADDRESS: address,
      DATADOG_TRACER_PORT: `${port}`,
      OTEL_PROPAGATORS: 'xray,tracecontext',
    },
    async spans() {
      const { body: answer } = await request(`http://${address}:${port}/test/traces`);
      const all = (JSON.parse(answer) as readonly (readonly DatadogSpan[])[]).flat();
      return all.map(({ trace_id: trace, span_id: id, parent_id: parent, service }) => ({
        trace: trace.toString(16).padStart(16, '0'),
        id: text(id),
        parent: text(parent),
        service,
      }));
    },
    close: program.stop,
  };
};
