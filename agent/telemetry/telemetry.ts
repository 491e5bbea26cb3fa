import { create } from '@bufbuild/protobuf';
import { errorText } from '../../common/error-text.ts';
import { requireAnswers } from '../../common/files/require-answers.ts';
import type { Log } from '../../common/log.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import { writeTo, type WriteLines } from '../output/write-lines.ts';
import type { InputStatus } from './input-status.ts';
import { openInputs } from './open-inputs.ts';
import { countItems } from './otlp/count-items.ts';
import { addOtlpServices } from './otlp/grpc-services.ts';
import type { OtlpReceivers } from './otlp/receivers.ts';
import { openLogs } from './logs/open-logs.ts';
import { openMetrics } from './metrics/open-metrics.ts';
import type { SeriesStatus } from './metrics/series-limit.ts';
import { keyValue } from './metrics/to-otlp.ts';
import { ResourceSchema } from './otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import type { OutputStatus } from './queue/export-queue.ts';
import type { Parts } from './parts.ts';
import { openTraces, type TraceFacts } from './traces/open-traces.ts';
import { samplingSource } from './xray/sampling/sampling-source.ts';
import { resourceAttributes, type ResourceFacts } from './resource/resource.ts';
import { withResource } from './resource/with-resource.ts';
import type { TelemetrySettings } from './settings/telemetry-settings.ts';

/** The telemetry that passes through the agent. */
export type Telemetry = {
  readonly status: () => TelemetryStatus;
  /** Adds the services with which Envoy sends OTLP to the agent's own socket. */
  readonly addTo: (server: GrpcServer) => void;
  /** Sends the waiting data, for at most two seconds, and ends. */
  readonly close: () => Promise<void>;
};

/** The telemetry in `GET /status`. */
export type TelemetryStatus = {
  readonly inputs: readonly InputStatus[];
  readonly outputs: readonly OutputStatus[];
  readonly series: SeriesStatus;
  /** Why no telemetry passes through the agent although variables ask for it. */
  readonly problem?: string;
};

/** Inputs of `openTelemetry`. */
export type TelemetryOptions = {
  readonly settings: TelemetrySettings;
  readonly facts: ResourceFacts;
  readonly daemon: TraceFacts['daemon'];
  readonly version: string;
  /** Writes lines to stdout, or to the log file. Default: stdout. */
  readonly writeLines?: WriteLines;
  readonly log: Log;
};

/** Limit of the last flush, in milliseconds. */
const LAST_FLUSH_MS = 2000;

/**
 * Opens the inputs and outputs of telemetry, except inputs whose port another program uses. If one cannot be opened, the others end.
 * @throws Error if a port cannot be used for another reason, or a file of a certificate cannot be read
 */
export async function openTelemetry({
  settings,
  facts,
  daemon,
  version,
  writeLines = writeTo(1),
  log,
}: TelemetryOptions): Promise<Telemetry> {
  await requireFiles(settings);
  const attributes = Object.entries(resourceAttributes(settings.resource, facts));
  const parts: Parts = {
    resource: create(ResourceSchema, { attributes: attributes.map(([key, value]) => keyValue(key, value)) }),
    scope: { name: 'daybreak', version },
    mostBytes: settings.queueBytes,
    onState: (state, status) => logState(log, state, status),
    writeLines,
    log,
  };
  await using half = new AsyncDisposableStack();
  const ends = <T extends { readonly close: (limitMs: number) => Promise<void> }>(part: T): T => {
    half.defer(async () => part.close(0));
    return part;
  };
  const metrics = ends(await openMetrics(settings.metrics, facts.location.region, parts));
  const traceFacts = { region: facts.location.region, daemon };
  const traces = ends(await openTraces(settings.traces, traceFacts, parts));
  const logs = ends(await openLogs(settings.logs, facts.location.region, parts));
  const receivers: OtlpReceivers = {
    metrics: ({ resourceMetrics }) => metrics.push(resourceMetrics),
    traces({ resourceSpans }) {
      withResource(resourceSpans, parts.resource);
      traces.spans(resourceSpans);
    },
    logs({ resourceLogs }) {
      withResource(resourceLogs, parts.resource);
      logs.push(resourceLogs);
    },
  };
  const targets = {
    registry: metrics.registry,
    receivers,
    segments: traces.segments,
    sampling: samplingSource(settings.traces, traceFacts),
  };
  const inputs = await openInputs(settings, targets, log);
  // Nothing fails from here on.
  half.move();
  // Envoy's statistics, spans and access log arrive on the agent's own socket, as far as its tracer does not send them itself.
  const ofEnvoy = countItems({
    ...receivers,
    logs: ({ resourceLogs }) => logs.pushAccessLog(resourceLogs),
  });
  return {
    addTo: (server) => addOtlpServices(server, ofEnvoy),
    status: () => ({
      inputs: [
        ...inputs.status(),
        ...[ofEnvoy.status("otlp/grpc Envoy's")].filter(({ received }) => received > 0),
      ],
      outputs: [...metrics.outputs, ...traces.outputs, ...logs.outputs].map(({ status }) => status()),
      series: metrics.limit.status(),
    }),
    async close() {
      await inputs.close();
      await Promise.all([metrics, traces, logs].map(({ close }) => close(LAST_FLUSH_MS)));
    },
  };
}

/** Outputs of OTLP read their certificates synchronously, which a file system without an answer would make last forever. */
async function requireFiles({ metrics, traces, logs }: TelemetrySettings): Promise<void> {
  const files = [metrics, traces, logs]
    .filter(({ exporters }) => exporters.some((each) => each === 'otlp'))
    .flatMap(({ otlp: { caFile, certFile, keyFile } }) => [caFile, certFile, keyFile])
    .filter((file) => file !== undefined);
  for (const file of new Set(files)) {
    await requireAnswers([file]).catch((error: unknown) => {
      throw new Error(`${file}: ${errorText(error)}`, { cause: error });
    });
  }
}

function logState(log: Log, state: 'ok' | 'failing', status: OutputStatus): void {
  const { output, sent, dropped, lastError } = status;
  if (state === 'ok') log.info({ output, sent, dropped }, 'a receiver of telemetry accepts items again');
  else log.warn({ output, error: lastError?.message }, 'a receiver of telemetry accepts no items: they wait');
}
