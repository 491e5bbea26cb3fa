import { expect, test } from 'vitest';
import { idleVariables } from './companions.ts';
import { readAgentSettings } from './settings.ts';

const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
};

test.each([
  [{}, []],
  [{ XRAY_DAEMON_PORT: '2000', XRAY_SEGMENT_NAME: ' ' }, [['XRAY_DAEMON_PORT']]],
  [{ ENABLE_ENVOY_XRAY_TRACING: '1', XRAY_DAEMON_PORT: '2000' }, []],
  [
    { ENABLE_ENVOY_XRAY_TRACING: '1', XRAY_SAMPLING_RATE: '1', XRAY_SAMPLING_RULE_MANIFEST: '/m' },
    [['XRAY_SAMPLING_RATE']],
  ],
  [{ ENABLE_ENVOY_JAEGER_TRACING: '1', DATADOG_TRACER_PORT: '1' }, [['DATADOG_TRACER_PORT']]],
  [{ JAEGER_TRACER_VERSION: 'json' }, [['JAEGER_TRACER_VERSION']]],
  [{ STATSD_PORT: '8125' }, [['STATSD_PORT']]],
  // Kubernetes sets it for a Service of this name.
  [{ STATSD_PORT: 'tcp://10.0.0.1:8125', STATSD_SERVICE_HOST: '10.0.0.1' }, []],
  [{ OTEL_METRICS_EXPORTER: 'otlp,prometheus' }, [['OTEL_METRICS_EXPORTER']]],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, []],
  [{ ENABLE_ENVOY_DOG_STATSD: '1', STATSD_SOCKET_PATH: '/s', STATSD_PORT: '1' }, [['STATSD_PORT']]],
  [{ ENABLE_ENVOY_DOG_STATSD: '1', ENVOY_STATS_SINKS_CFG_FILE: '/s' }, [['ENABLE_ENVOY_DOG_STATSD']]],
  [
    { ENABLE_ENVOY_XRAY_TRACING: '1', ENABLE_ENVOY_JAEGER_TRACING: '0', ENVOY_TRACING_CFG_FILE: '/t' },
    [['ENABLE_ENVOY_XRAY_TRACING']],
  ],
  [{ DAYBREAK_EGRESS: 'loopback' }, []],
  [
    { DAYBREAK_EGRESS: 'loopback', APPMESH_RESOURCE_ARN: 'mesh/apps/virtualGateway/g' },
    [['DAYBREAK_EGRESS']],
  ],
  [{ APPNET_ENVOY_LOG_NAME: 'a.log' }, [['APPNET_ENVOY_LOG_NAME']]],
  [{ APPNET_ENVOY_LOG_NAME: 'a.log', APPNET_ENVOY_LOG_DESTINATION: '/l' }, []],
  [
    { APPNET_AGENT_ADMIN_UDS_PATH: '/s', APPNET_AGENT_LOGGING_RESET_TIMEOUT: '9' },
    [['APPNET_AGENT_ADMIN_UDS_PATH'], ['APPNET_AGENT_LOGGING_RESET_TIMEOUT']],
  ],
  [{ APPNET_AGENT_ADMIN_UDS_PATH: '/s', APPNET_AGENT_ADMIN_MODE: 'uds' }, []],
  [
    { ENVOY_CONFIG_FILE: '/own', APPNET_ENVOY_LOG_NAME: 'a.log' },
    [['APPMESH_XDS_ENDPOINT'], ['APPNET_ENVOY_LOG_NAME']],
  ],
  [
    { ENVOY_CONFIG_FILE: '/own', ENVOY_TRACING_CFG_FILE: '/t', STATSD_PORT: '1' },
    [['STATSD_PORT', 'ENVOY_TRACING_CFG_FILE', 'APPMESH_XDS_ENDPOINT']],
  ],
])('%j warns of %j', (set, expected) => {
  const env: Record<string, string> = { ...NEEDED, ...set };
  const idle = idleVariables(env, readAgentSettings(env));
  expect(idle.map(({ variables }) => variables)).toEqual(expected);
});
