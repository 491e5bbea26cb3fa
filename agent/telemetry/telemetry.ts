import { create } from '@bufbuild/protobuf';
import type { Log } from '../../common/log.ts';
import type { InputStatus } from './input-status.ts';
import { openMetrics } from './metrics/open-metrics.ts';
import type { SeriesStatus } from './metrics/registry.ts';
import { keyValue } from './metrics/to-otlp.ts';
import { ResourceSchema } from './otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import type { OutputStatus } from './queue/export-queue.ts';
import type { Parts } from './parts.ts';
import { resourceAttributes, type ResourceFacts } from './resource/resource.ts';
import type { TelemetrySettings } from './settings/telemetry-settings.ts';
import { listenStatsd } from './statsd/listen-statsd.ts';

/** The telemetry that passes through the agent. */
export type Telemetry = {
  readonly status: () => TelemetryStatus;
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
export async function openTelemetry({ settings, facts, version, log }: TelemetryOptions): Promise<Telemetry> {
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
  const timer = setInterval(() => void statsd?.refresh(), DROPS_MS).unref();
  if (settings.inputs.includes('statsd') && statsd === undefined) {
    log.info(
      { port: settings.ports.statsd },
      'another program has the port of StatsD: it is left to that program',
    );
  }
  return {
    status: () => ({
      inputs: [statsd?.status() ?? []].flat(),
      outputs: metrics.outputs.map(({ status }) => status()),
      series: metrics.registry.status(),
    }),
    async close() {
      clearInterval(timer);
      await statsd?.refresh();
      statsd?.close();
      await metrics.close(LAST_FLUSH_MS);
    },
  };
}

function logState(log: Log, state: 'ok' | 'failing', status: OutputStatus): void {
  const { output, sent, dropped, lastError } = status;
  if (state === 'ok') log.info({ output, sent, dropped }, 'a receiver of telemetry takes items');
  else log.warn({ output, error: lastError?.message }, 'a receiver of telemetry takes no items: they wait');
}
