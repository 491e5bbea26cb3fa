import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../common/settings.ts';
import { readAgentSettings } from '../settings/settings.ts';

const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
};
const XRAY = { ENABLE_ENVOY_XRAY_TRACING: '1' };
const DATADOG = { ENABLE_ENVOY_DATADOG_TRACING: 'true' };
const JAEGER = { ENABLE_ENVOY_JAEGER_TRACING: '1' };

test('no tracer unless one is switched on', () => {
  expect(readAgentSettings(NEEDED).tracing).toBeUndefined();
  expect(readAgentSettings({ ...NEEDED, ENABLE_ENVOY_XRAY_TRACING: '0' }).tracing).toBeUndefined();
});

test.each([
  [XRAY, { host: '127.0.0.1', port: 2000, segmentName: 'apps/b', sampling: { kind: 'usual' } }],
  [
    { ...XRAY, XRAY_DAEMON_PORT: '2001', XRAY_SEGMENT_NAME: 'x' },
    { port: 2001, segmentName: 'x' },
  ],
  [
    { ...XRAY, AWS_XRAY_DAEMON_ADDRESS: '10.0.0.9' },
    { host: '10.0.0.9', port: 2000 },
  ],
  [
    { ...XRAY, AWS_XRAY_DAEMON_ADDRESS: '10.0.0.9:2002', XRAY_DAEMON_PORT: '1' },
    { host: '10.0.0.9', port: 2002 },
  ],
  [
    { ...XRAY, AWS_XRAY_DAEMON_ADDRESS: 'xray.local:2002' },
    { host: 'xray.local', port: 2002 },
  ],
  [
    { ...XRAY, AWS_XRAY_DAEMON_ADDRESS: 'fd00::9' },
    { host: 'fd00::9', port: 2000 },
  ],
  [
    { ...XRAY, AWS_XRAY_DAEMON_ADDRESS: '[fd00::9]:2002' },
    { host: 'fd00::9', port: 2002 },
  ],
  [
    { ...XRAY, AWS_XRAY_DAEMON_ADDRESS: 'tcp:10.0.0.8:1 udp:10.0.0.9:2' },
    { host: '10.0.0.9', port: 2 },
  ],
  [{ ...XRAY, XRAY_SAMPLING_RATE: '1' }, { sampling: { kind: 'rate', rate: 1 } }],
  [{ ...XRAY, XRAY_SAMPLING_RATE: '.254' }, { sampling: { kind: 'rate', rate: 0.25 } }],
  [{ ...XRAY, XRAY_SAMPLING_RATE: '0.051' }, { sampling: { kind: 'usual' } }],
  [
    { ...XRAY, XRAY_SAMPLING_RATE: '1', XRAY_SAMPLING_RULE_MANIFEST: '/m' },
    { sampling: { kind: 'manifest', path: '/m' } },
  ],
  [DATADOG, { kind: 'datadog', host: '127.0.0.1', port: 8126, service: 'envoy-apps/b' }],
  [
    { ...DATADOG, DATADOG_TRACER_ADDRESS: 'dd', DATADOG_TRACER_PORT: '1', DD_SERVICE: 's' },
    { host: 'dd', port: 1, service: 's' },
  ],
  [JAEGER, { kind: 'jaeger', host: '127.0.0.1', port: 9411, version: 'HTTP_PROTO' }],
  [{ ...JAEGER, JAEGER_TRACER_VERSION: 'HTTP_JSON' }, { version: 'HTTP_JSON' }],
  [
    { ...JAEGER, JAEGER_TRACER_ADDRESS: 'j.local', JAEGER_TRACER_PORT: '2' },
    { host: 'j.local', port: 2 },
  ],
])('%j', (env, tracing) => {
  expect(readAgentSettings({ ...NEEDED, ...env }).tracing).toMatchObject(tracing);
});

describe('errors', () => {
  test('two tracers are an error that names both', () => {
    expect(problems({ ...XRAY, ...JAEGER })).toEqual([
      'ENABLE_ENVOY_JAEGER_TRACING="1": 0 or not set beside ENABLE_ENVOY_XRAY_TRACING: Envoy has one tracer',
    ]);
  });

  test.each([
    [XRAY, 'XRAY_SAMPLING_RATE', '1.01'],
    [XRAY, 'XRAY_SAMPLING_RATE', 'all'],
    [XRAY, 'XRAY_SAMPLING_RULE_MANIFEST', 'rules.json'],
    [XRAY, 'AWS_XRAY_DAEMON_ADDRESS', '10.0.0.9:0'],
    [XRAY, 'AWS_XRAY_DAEMON_ADDRESS', '10.0.0.999'],
    [XRAY, 'AWS_XRAY_DAEMON_ADDRESS', 'http://xray'],
    [XRAY, 'XRAY_DAEMON_PORT', '65536'],
    [DATADOG, 'DATADOG_TRACER_ADDRESS', 'a b'],
    [JAEGER, 'JAEGER_TRACER_PORT', 'zipkin'],
    [{}, 'ENABLE_ENVOY_XRAY_TRACING', 'yes'],
  ])('%j with %s=%s', (on, name, value) => {
    expect(problems({ ...on, [name]: value })).toEqual([
      expect.stringContaining(`${name}=${JSON.stringify(value)}: `),
    ]);
  });

  test("values of a tracer that is off are not looked at, as in App Mesh's agent", () => {
    expect(problems({ XRAY_SAMPLING_RATE: 'all', JAEGER_TRACER_PORT: 'zipkin' })).toEqual([]);
  });
});

function problems(env: Record<string, string>): readonly string[] {
  try {
    readAgentSettings({ ...NEEDED, ...env });
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  return [];
}
