import { AGENT_CLUSTER } from '../../common/contracts/bootstrap-clusters.ts';
import type { Sampler } from '../telemetry/settings/sampler-settings.ts';
import type { OpenTelemetryTracer } from './tracing-settings.ts';

/** The cluster of the receiver to which Envoy sends its spans by itself. */
export const OTLP_CLUSTER = 'otlp_traces';

/** Attributes of the source of telemetry, by OpenTelemetry's names. */
export type SourceAttributes = Readonly<Record<string, string>>;

const TYPE = 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig';
const EXTENSIONS = 'envoy.tracers.opentelemetry';
const EXTENSION_TYPES = 'type.googleapis.com/envoy.extensions.tracers.opentelemetry';

/** Returns the configuration of OpenTelemetry's tracer. Its spans bear these attributes. */
export function openTelemetryTracer(
  { receiver, sampler }: OpenTelemetryTracer,
  { 'service.name': serviceName = 'unknown_service:envoy', ...attributes }: SourceAttributes,
) {
  const grpc = (clusterName: string, timeoutMs: number) => ({
    grpcService: { envoyGrpc: { clusterName }, timeout: seconds(timeoutMs) },
  });
  return {
    '@type': TYPE,
    ...(receiver === undefined ? grpc(AGENT_CLUSTER, AGENT_TIMEOUT_MS) : toReceiver(receiver)),
    serviceName,
    resourceDetectors: [
      {
        name: `${EXTENSIONS}.resource_detectors.static_config`,
        typedConfig: {
          '@type': `${EXTENSION_TYPES}.resource_detectors.v3.StaticConfigResourceDetectorConfig`,
          attributes,
        },
      },
    ],
    ...samplerOf(sampler),
  };

  function toReceiver({ url, isGrpc, timeoutMs }: NonNullable<OpenTelemetryTracer['receiver']>) {
    if (isGrpc) return grpc(OTLP_CLUSTER, timeoutMs);
    return {
      httpService: { httpUri: { uri: url.href, cluster: OTLP_CLUSTER, timeout: seconds(timeoutMs) } },
    };
  }
}

const AGENT_TIMEOUT_MS = 5000;

/**
 * Runtime values for OpenTelemetry's tracer: how long spans wait, and for how many others. Envoy's own are 5 s, more than a stop without
 * requests takes, and 5 spans, which makes a request of every second one.
 */
export const OPENTELEMETRY_RUNTIME = {
  'tracing.opentelemetry.flush_interval_ms': 1000,
  'tracing.opentelemetry.min_flush_spans': 200,
};

/** Percent of requests without a decision, until central rules are known: that of X-Ray's default rule. */
export const CENTRAL_RUNTIME = { 'tracing.random_sampling': 5 };

const MILLION = 1_000_000;

/** Without a sampler, Envoy takes over the decision of a caller, and samples all that begins here. */
function samplerOf(sampler: Sampler) {
  if (sampler.kind === 'xray') return {};
  const { ratio, isParentBased } = sampler;
  if (isParentBased) {
    return ratio === 1
      ? {}
      : { sampler: extension('parent_based', 'ParentBased', { wrappedSampler: byRatio(ratio) }) };
  }
  return { sampler: ratio === 1 ? extension('always_on', 'AlwaysOn', {}) : byRatio(ratio) };
}

function byRatio(ratio: number) {
  const samplingPercentage = { numerator: Math.round(ratio * MILLION), denominator: 'MILLION' };
  return extension('trace_id_ratio_based', 'TraceIdRatioBased', { samplingPercentage });
}

function extension(name: string, type: string, config: Readonly<Record<string, unknown>>) {
  return {
    name: `${EXTENSIONS}.samplers.${name}`,
    typedConfig: { '@type': `${EXTENSION_TYPES}.samplers.v3.${type}SamplerConfig`, ...config },
  };
}

function seconds(ms: number): string {
  return `${ms / 1000}s`;
}
