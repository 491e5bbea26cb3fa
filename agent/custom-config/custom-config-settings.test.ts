import { expect, test } from 'vitest';
import { readAgentSettings } from '../settings/settings.ts';

const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
};

test('files are merged in the order of App Mesh, whatever the order of the variables', () => {
  const { customConfig } = readAgentSettings({
    ...NEEDED,
    ENVOY_RESOURCES_CONFIG_FILE: '/r',
    ENVOY_STATS_SINKS_CFG_FILE: '/s',
    ENVOY_TRACING_CFG_FILE: '/t',
  });
  expect(customConfig).toEqual({
    own: undefined,
    merged: [
      { variable: 'ENVOY_TRACING_CFG_FILE', path: '/t' },
      { variable: 'ENVOY_STATS_SINKS_CFG_FILE', path: '/s' },
      { variable: 'ENVOY_RESOURCES_CONFIG_FILE', path: '/r' },
    ],
  });
});

test('a file replaces the generated tracer, even two of them, and the DogStatsD sink', () => {
  const settings = readAgentSettings({
    ...NEEDED,
    ENABLE_ENVOY_XRAY_TRACING: '1',
    ENABLE_ENVOY_JAEGER_TRACING: '1',
    ENVOY_TRACING_CFG_FILE: '/t',
    ENABLE_ENVOY_DOG_STATSD: '1',
    ENVOY_STATS_SINKS_CFG_FILE: '/s',
  });
  expect(settings.tracing).toBeUndefined();
  expect(settings.stats.dogStatsd).toBeUndefined();
});

test('a bootstrap of the operator needs neither a resource nor an endpoint, and nothing is merged into it', () => {
  const { customConfig } = readAgentSettings({ ENVOY_CONFIG_FILE: '/own', ENVOY_TRACING_CFG_FILE: '/t' });
  expect(customConfig).toEqual({ own: '/own', merged: [] });
});

test('a relative path is an error', () => {
  expect(() => readAgentSettings({ ...NEEDED, ENVOY_TRACING_CFG_FILE: 't.yaml' })).toThrow(
    'ENVOY_TRACING_CFG_FILE="t.yaml": an absolute path',
  );
});
