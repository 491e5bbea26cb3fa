import type { Reader } from '../../common/settings.ts';
import type { TelemetrySettings } from '../telemetry/settings/telemetry-settings.ts';
import type { TracesSettings } from '../telemetry/settings/traces-settings.ts';
import {
  only,
  readDaemon,
  type DaemonAddress,
  type OpenTelemetryTracer,
  type TracingSettings,
} from './tracing-settings.ts';

/** Envoy's tracer and the agent's traces, each set for the other. */
export type JoinedTracing = {
  readonly tracing: TracingSettings | undefined;
  readonly telemetry: TelemetrySettings;
  /** Where the agent's output `xray-daemon` sends to. */
  readonly xrayDaemon: DaemonAddress;
};

const LOOPBACK = '127.0.0.1';

/**
 * Sets Envoy's tracer and the agent's traces for each other. If the agent sends traces on, X-Ray's tracer sends to the agent; without a
 * tracer of App Mesh's variables, Envoy has OpenTelemetry's. `isOwnTracer`: a file of the operator has the tracer.
 */
export function joinTracing(
  read: Reader,
  tracing: TracingSettings | undefined,
  telemetry: TelemetrySettings,
  isOwnTracer: boolean,
): JoinedTracing {
  const { traces, ports } = telemetry;
  const isSentOn = traces.exporters.length > 0;
  const toDaemon = traces.exporters.includes('xray-daemon');
  const xrayDaemon =
    tracing?.kind === 'xray' ? { host: tracing.host, port: tracing.port } : readDaemon(only(read, toDaemon));
  const isWanted = isSentOn && tracing?.kind === 'xray' && !telemetry.inputs.includes('xray');
  const inputs = isWanted ? [...telemetry.inputs, 'xray' as const] : telemetry.inputs;
  const hasInput = inputs.includes('xray');
  if (toDaemon && hasInput && xrayDaemon.host === LOOPBACK && xrayDaemon.port === ports.xray) {
    const wanted = `another address than the agent's own input, such as 127.0.0.1:2001; or another DAYBREAK_XRAY_PORT`;
    read.problem({ name: 'AWS_XRAY_DAEMON_ADDRESS', got: undefined, wanted });
  }
  if (traces.keepsFailed && traces.sampler.kind === 'xray') {
    const wanted = 'another sampler beside DAYBREAK_TRACES_KEEP_FAILED, such as parentbased_traceidratio';
    read.problem({ name: 'OTEL_TRACES_SAMPLER', got: 'xray', wanted });
  }
  const joined = { telemetry: { ...telemetry, inputs }, xrayDaemon };
  if (tracing?.kind === 'xray' && hasInput)
    return { ...joined, tracing: { ...tracing, host: LOOPBACK, port: ports.xray } };
  if (tracing === undefined && isSentOn && !isOwnTracer)
    return { ...joined, tracing: openTelemetryTracer(traces) };
  return { ...joined, tracing };
}

function openTelemetryTracer(traces: TracesSettings): OpenTelemetryTracer {
  const { otlp, sampler } = traces;
  return {
    kind: 'opentelemetry',
    // The agent chooses where it has to see every trace.
    sampler: traces.keepsFailed ? { kind: 'ratio', ratio: 1, isParentBased: true } : sampler,
    receiver: isForEnvoy(traces)
      ? { url: otlp.url, isGrpc: otlp.protocol === 'grpc', timeoutMs: otlp.timeoutMs }
      : undefined,
  };
}

/**
 * Envoy sends by itself where it can: it costs no CPU of the agent. It does not compress, sign or try again later, has no headers here, because
 * they may be secret and its configuration can be read, and no authorities of Node's.
 */
function isForEnvoy({ exporters, otlp, keepsFailed }: TracesSettings): boolean {
  return (
    exporters.length === 1 &&
    exporters[0] === 'otlp' &&
    otlp.url.protocol === 'http:' &&
    otlp.protocol !== 'http/json' &&
    !otlp.gzip &&
    !keepsFailed &&
    Object.keys(otlp.headers).length === 0
  );
}
