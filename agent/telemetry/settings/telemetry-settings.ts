import { boolean, integer, list, oneOf, port, type Reader } from '../../../common/settings.ts';
import { isLoopback } from '../../../common/addresses/host-port.ts';
import { readLogs, type LogsSettings } from './logs-settings.ts';
import { readMetrics, type MetricsSettings } from './metrics-settings.ts';
import { readTraces, type TracesSettings } from './traces-settings.ts';
import { readResourceSettings, type ResourceSettings } from './resource-settings.ts';

/** The protocols in which the agent receives telemetry on loopback. */
const TELEMETRY_INPUTS = ['statsd', 'otlp', 'xray'] as const;

/** A protocol in which the agent receives telemetry. */
export type TelemetryInput = (typeof TELEMETRY_INPUTS)[number];

/** Settings of the telemetry that passes through the agent. */
export type TelemetrySettings = {
  readonly inputs: readonly TelemetryInput[];
  readonly ports: {
    readonly statsd: number;
    readonly otlpGrpc: number;
    readonly otlpHttp: number;
    readonly xray: number;
  };
  readonly resource: ResourceSettings;
  readonly metrics: MetricsSettings;
  readonly traces: TracesSettings;
  readonly logs: LogsSettings;
  /** Whether Envoy's own statistics go to the outputs of metrics. */
  readonly envoyMetrics: boolean;
  /** The size limit of the data that waits for one receiver, in bytes. */
  readonly queueBytes: number;
};

const MIB = 1024 * 1024;
/**
 * MiB per receiver, and of all receivers together: the agent's memory grows by at most 20 MB while they cannot be reached
 * (test/long/telemetry/telemetry-absence.ts).
 */
const QUEUE_MIB = 4;
const ALL_QUEUES_MIB = 12;

/** Reads the settings of telemetry. `OTEL_SDK_DISABLED` turns all outputs off. */
export function readTelemetry(read: Reader): TelemetrySettings {
  const metrics = readMetrics(read);
  const traces = readTraces(read);
  const logs = readLogs(read);
  const isDisabled = read('OTEL_SDK_DISABLED', boolean, false);
  const inputs: readonly TelemetryInput[] = read(
    'DAYBREAK_TELEMETRY_INPUTS',
    list(oneOf(...TELEMETRY_INPUTS)),
    [],
  );
  const statsd = read('DAYBREAK_STATSD_PORT', port, 8125);
  const receivers = [metrics, traces, logs].reduce((sum, { exporters }) => sum + exporters.length, 0);
  const usualQueue = Math.max(1, Math.min(QUEUE_MIB, Math.floor(ALL_QUEUES_MIB / receivers)));
  if (inputs.includes('statsd')) rejectLoop(read, metrics, statsd);
  return {
    inputs,
    ports: {
      statsd,
      otlpGrpc: read('DAYBREAK_OTLP_GRPC_PORT', port, 4317),
      otlpHttp: read('DAYBREAK_OTLP_HTTP_PORT', port, 4318),
      xray: read('DAYBREAK_XRAY_PORT', port, 2000),
    },
    resource: readResourceSettings(read),
    metrics: isDisabled ? { ...metrics, exporters: [] } : metrics,
    traces: isDisabled ? { ...traces, exporters: [] } : traces,
    logs: isDisabled ? { ...logs, exporters: [] } : logs,
    envoyMetrics: read('DAYBREAK_ENVOY_METRICS', boolean, true),
    queueBytes: MIB * read('DAYBREAK_TELEMETRY_QUEUE_MIB', integer(1, 64), usualQueue),
  };
}

/** Reports an output of StatsD that would send to the agent's own input. */
function rejectLoop(read: Reader, { exporters, statsd }: MetricsSettings, own: number): void {
  const isSent = exporters.some((each) => each === 'statsd' || each === 'dogstatsd');
  if (!isSent || statsd.port !== own || !isLoopback(statsd.host)) return;
  const wanted = `an address or STATSD_PORT other than the agent's own input of StatsD, port ${own}`;
  read.problem({ name: 'STATSD_ADDRESS', got: statsd.host, wanted });
}

/** Returns whether the agent has to load its telemetry. */
export function isTelemetryAsked({ inputs, metrics, traces, logs }: TelemetrySettings): boolean {
  return inputs.length > 0 || [metrics, traces, logs].some(({ exporters }) => exporters.length > 0);
}
