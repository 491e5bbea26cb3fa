import { create } from '@bufbuild/protobuf';
import type { Log } from '../../common/log.ts';
import type { InputStatus } from './input-status.ts';
import { openMetrics } from './metrics/open-metrics.ts';
import type { SeriesStatus } from './metrics/registry.ts';
import { keyValue } from './metrics/to-otlp.ts';
import { ResourceSchema } from './otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import type { OutputStatus } from './queue/export-queue.ts';
import type { Parts } from './parts.ts';
import { openTraces, type TraceFacts } from './traces/open-traces.ts';
import { addOtlpServices } from './otlp/grpc-services.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import { listenXRay } from './xray/listen-xray.ts';
import { resourceAttributes, type ResourceFacts } from './resource/resource.ts';
import type { TelemetrySettings } from './settings/telemetry-settings.ts';
import { countSpans } from './traces/trace-output.ts';
import { listenStatsd } from './statsd/listen-statsd.ts';

/** The telemetry that passes through the agent. */
export type Telemetry = {
  readonly status: () => TelemetryStatus;
  /** Adds the services with which Envoy sends OTLP to the agent's own socket. */
  readonly addTo: (server: GrpcServer) => void;
  /** Sends what waits, for at most two seconds, and ends. */
  readonly close: () => Promise<void>;
};

/** The telemetry in `GET /status`. */
export type TelemetryStatus = {
  readonly inputs: readonly InputStatus[];
  readonly outputs: readonly OutputStatus[];
  readonly series: SeriesStatus;
};

/** Inputs of `openTelemetry`. */
export type TelemetryOptions = {
  readonly settings: TelemetrySettings;
  readonly facts: ResourceFacts;
  readonly daemon: TraceFacts['daemon'];
  readonly version: string;
  readonly log: Log;
};

/** Limit of the last flush, in milliseconds. */
const LAST_FLUSH_MS = 2000;
/** Time between two looks at the kernel's count of drops, in milliseconds. */
const DROPS_MS = 5000;

/**
 * Opens the inputs and outputs of telemetry. A port that another program has is left to it.
 * @throws Error if a port cannot be used for another reason, or a file of a certificate cannot be read
 */
export async function openTelemetry({
  settings,
  facts,
  daemon,
  version,
  log,
}: TelemetryOptions): Promise<Telemetry> {
  const attributes = Object.entries(resourceAttributes(settings.resource, facts));
  const parts: Parts = {
    resource: create(ResourceSchema, { attributes: attributes.map(([key, value]) => keyValue(key, value)) }),
    scope: { name: 'daybreak', version },
    mostBytes: settings.queueBytes,
    onState: (state, status) => logState(log, state, status),
    log,
  };
  const metrics = openMetrics(settings.metrics, parts);
  const statsd = settings.inputs.includes('statsd')
    ? await listenStatsd(settings.ports.statsd, metrics.registry)
    : undefined;
  const traces = await openTraces(settings.traces, { region: facts.location.region, daemon }, parts);
  const xray = settings.inputs.includes('xray')
    ? await listenXRay(settings.ports.xray, traces.segments)
    : undefined;
  const timer = setInterval(() => {
    void statsd?.refresh();
    void xray?.refresh();
  }, DROPS_MS).unref();
  if (settings.inputs.includes('statsd') && statsd === undefined) {
    log.info(
      { port: settings.ports.statsd },
      'another program has the port of StatsD: it is left to that program',
    );
  }
  if (settings.inputs.includes('xray') && xray === undefined) {
    log.info(
      { port: settings.ports.xray },
      'another program has the port of X-Ray: it is left to that program',
    );
  }
  let spans = 0;
  return {
    addTo: (server) =>
      addOtlpServices(server, {
        traces: ({ resourceSpans }) => {
          spans += countSpans(resourceSpans);
          traces.spans(resourceSpans);
        },
      }),
    status: () => ({
      inputs: [statsd?.status() ?? [], xray?.status() ?? [], ofEnvoy(spans)].flat(),
      outputs: [...metrics.outputs, ...traces.outputs].map(({ status }) => status()),
      series: metrics.registry.status(),
    }),
    async close() {
      clearInterval(timer);
      await statsd?.refresh();
      statsd?.close();
      await xray?.refresh();
      xray?.close();
      await Promise.all([metrics.close(LAST_FLUSH_MS), traces.close(LAST_FLUSH_MS)]);
    },
  };
}

/** Envoy's spans arrive on the agent's own socket, as far as its tracer does not send them itself. */
function ofEnvoy(received: number): InputStatus | [] {
  if (received === 0) return [];
  return { input: 'otlp of Envoy', state: 'listening', received, invalid: 0, kernelDropped: undefined };
}

function logState(log: Log, state: 'ok' | 'failing', status: OutputStatus): void {
  const { output, sent, dropped, lastError } = status;
  if (state === 'ok') log.info({ output, sent, dropped }, 'a receiver of telemetry takes items');
  else log.warn({ output, error: lastError?.message }, 'a receiver of telemetry takes no items: they wait');
}
