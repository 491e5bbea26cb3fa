import {
  CENTRAL_RUNTIME,
  OTLP_CLUSTER,
  OPENTELEMETRY_RUNTIME,
  openTelemetryTracer,
  type SourceAttributes,
} from './bootstrap-opentelemetry.ts';
import type { AgentSettings } from '../settings/settings.ts';
import type { TracingSettings } from './tracing-settings.ts';

const TYPES = 'type.googleapis.com/envoy.config.trace.v3';

/**
 * Returns the tracer of the bootstrap, as App Mesh's agent wrote it. `samplingRules` is the path of the file that the agent writes for a
 * sampling rate.
 */
export function tracing(
  { tracing: tracer, traceContext, resource }: AgentSettings,
  samplingRules: string,
  source: SourceAttributes,
) {
  switch (tracer?.kind) {
    case 'xray':
      return http('xray', xray(tracer, resource, samplingRules));
    case 'datadog':
      return http('datadog', {
        '@type': `${TYPES}.DatadogConfig`,
        collectorCluster: COLLECTORS.datadog,
        serviceName: tracer.service,
      });
    case 'jaeger':
      return http('zipkin', {
        '@type': `${TYPES}.ZipkinConfig`,
        collectorCluster: COLLECTORS.jaeger,
        collectorEndpoint: '/api/v2/spans',
        collectorEndpointVersion: tracer.version,
        sharedSpanContext: false,
        ...(traceContext === undefined ? {} : WITH_W3C),
      });
    case 'opentelemetry':
      return http('opentelemetry', openTelemetryTracer(tracer, source));
    case undefined:
      return {};
  }
}

/** Returns the runtime values that the tracer needs. */
export function tracingRuntime({ tracing: tracer }: AgentSettings) {
  if (tracer?.kind !== 'opentelemetry') return {};
  return tracer.sampler.kind === 'xray'
    ? { ...OPENTELEMETRY_RUNTIME, ...CENTRAL_RUNTIME }
    : OPENTELEMETRY_RUNTIME;
}

/** Returns the cluster to which the tracer sends, if it sends over HTTP. */
export function tracingClusters({ tracing: tracer }: AgentSettings) {
  switch (tracer?.kind) {
    case 'datadog':
    case 'jaeger':
      return [collector(COLLECTORS[tracer.kind], tracer.host, tracer.port)];
    case 'opentelemetry': {
      if (tracer.receiver === undefined) return [];
      const { url, isGrpc } = tracer.receiver;
      // An IPv6 address has brackets in a URL.
      const host = url.hostname.replaceAll(/^\[|\]$/g, '');
      return [collector(OTLP_CLUSTER, host, Number(url.port || HTTP_PORT), isGrpc ? HTTP2 : {})];
    }
    case 'xray':
    case undefined:
      return [];
  }
}

const HTTP_PORT = 80;

const HTTP2 = {
  typedExtensionProtocolOptions: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicitHttpConfig: { http2ProtocolOptions: {} },
    },
  },
};

/** Without it, Zipkin's tracer reads and writes B3 only; W3C's trace ids have 128 bits. */
const WITH_W3C = { traceContextOption: 'USE_B3_WITH_W3C_PROPAGATION', traceId128bit: true };

const COLLECTORS = { datadog: 'datadog_agent', jaeger: 'jaeger' };

function http(name: string, typedConfig: Readonly<Record<string, unknown>>) {
  return { tracing: { http: { name: `envoy.tracers.${name}`, typedConfig } } };
}

function xray(
  tracer: Extract<TracingSettings, { kind: 'xray' }>,
  { mesh, name }: AgentSettings['resource'],
  samplingRules: string,
) {
  const { sampling } = tracer;
  const filename = { manifest: 'path' in sampling ? sampling.path : '', rate: samplingRules, usual: '' };
  return {
    '@type': `${TYPES}.XRayConfig`,
    segmentName: tracer.segmentName,
    daemonEndpoint: { protocol: 'UDP', address: tracer.host, portValue: tracer.port },
    segmentFields: {
      origin: 'AWS::AppMesh::Proxy',
      // A gateway too has `virtual_node_name`: X-Ray's console knows no other field.
      aws: { app_mesh: { mesh_name: mesh, virtual_node_name: name } },
    },
    ...(sampling.kind === 'usual' ? {} : { samplingRuleManifest: { filename: filename[sampling.kind] } }),
  };
}

/**
 * A cluster that Envoy resolves itself. Unlike App Mesh's, it does not delay the start: Envoy would read its configuration only after
 * the first answer of DNS, or its last time-out.
 */
function collector(name: string, address: string, portValue: number, options: object = {}) {
  return {
    name,
    type: 'STRICT_DNS',
    connectTimeout: '1s',
    waitForWarmOnInit: false,
    ...options,
    loadAssignment: {
      clusterName: name,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress: { address, portValue } } } }] }],
    },
  };
}
