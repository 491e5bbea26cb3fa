import { expect, test } from 'vitest';
import { readAgentSettings } from '../settings/settings.ts';

const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
};
const XRAY = { ENABLE_ENVOY_XRAY_TRACING: '1' };
const OTLP = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

const read = (env: Readonly<Record<string, string>>) => readAgentSettings({ ...NEEDED, ...env });

test("an output for traces is enough for OpenTelemetry's tracer", () => {
  expect(read(OTLP).tracing).toMatchObject({ kind: 'opentelemetry' });
  expect(read({ OTEL_TRACES_EXPORTER: 'zipkin' }).tracing).toMatchObject({ kind: 'opentelemetry' });
  expect(read({ ...OTLP, OTEL_TRACES_EXPORTER: 'none' }).tracing).toBeUndefined();
  expect(read({ ...OTLP, OTEL_SDK_DISABLED: 'true' }).tracing).toBeUndefined();
  const file = { ENVOY_TRACING_CFG_FILE: '/tmp/tracing.yaml' };
  expect(read({ ...OTLP, ...file }).tracing).toBeUndefined();
});

test.each([
  ['plain HTTP', {}, true],
  ['gRPC', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, true],
  ['JSON', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, false],
  ['compression', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, false],
  ['headers, which may be secret', { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a' }, false],
  ['TLS', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector' }, false],
  ['a second receiver', { OTEL_TRACES_EXPORTER: 'otlp,zipkin' }, false],
  ['failed requests to choose', { DAYBREAK_TRACES_KEEP_FAILED: '1' }, false],
])('%s: whether Envoy sends its spans by itself', (_, env, isByItself) => {
  const { tracing } = read({ ...OTLP, ...env });
  expect(tracing?.kind === 'opentelemetry' && tracing.receiver !== undefined).toBe(isByItself);
});

test("X-Ray's tracer sends to the agent if that sends traces on", () => {
  const { tracing, telemetry } = read({ ...XRAY, ...OTLP });
  expect(tracing).toMatchObject({ kind: 'xray', host: '127.0.0.1', port: 2000 });
  expect(telemetry.inputs).toEqual(['xray']);
  const daemon = { AWS_XRAY_DAEMON_ADDRESS: '10.0.0.9:2001', DAYBREAK_XRAY_PORT: '2002' };
  const forwarding = read({ ...XRAY, ...daemon, OTEL_TRACES_EXPORTER: 'xray-daemon' });
  expect(forwarding.tracing).toMatchObject({ host: '127.0.0.1', port: 2002 });
  expect(forwarding.xrayDaemon).toEqual({ host: '10.0.0.9', port: 2001 });
});

test("X-Ray's tracer sends to the daemon if nothing asks for more, as in App Mesh", () => {
  const { tracing, telemetry } = read({ ...XRAY, AWS_XRAY_DAEMON_ADDRESS: '10.0.0.9' });
  expect(tracing).toMatchObject({ host: '10.0.0.9', port: 2000 });
  expect(telemetry.inputs).toEqual([]);
});

test('an agent that would send segments to itself does not start', () => {
  expect(() => read({ ...XRAY, OTEL_TRACES_EXPORTER: 'xray-daemon' })).toThrow(
    /^AWS_XRAY_DAEMON_ADDRESS .*another address than the agent's own input/,
  );
});

test.each([
  ['always_on', { kind: 'ratio', ratio: 1, isParentBased: false }],
  ['always_off', { kind: 'ratio', ratio: 0, isParentBased: false }],
  ['traceidratio', { kind: 'ratio', ratio: 0.5, isParentBased: false }],
  ['parentbased_always_on', { kind: 'ratio', ratio: 1, isParentBased: true }],
  ['parentbased_always_off', { kind: 'ratio', ratio: 0, isParentBased: true }],
  ['parentbased_traceidratio', { kind: 'ratio', ratio: 0.5, isParentBased: true }],
  ['xray', { kind: 'xray' }],
])('the sampler %s', (name, sampler) => {
  const env = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.5' };
  expect(read(env).telemetry.traces.sampler).toEqual(sampler);
});

test.each([
  ['OTEL_TRACES_SAMPLER', 'jagger_remote'],
  ['OTEL_TRACES_EXPORTER', 'otlp,jagger'],
  ['OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'zipkin:9411'],
  ['AWS_ENDPOINT_URL_XRAY', 'localhost'],
  ['DAYBREAK_TRACES_KEEP_FAILED', 'yes'],
])('%s=%s is an error', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(`${name}=${JSON.stringify(value)}: `);
});

test('AWS_ENDPOINT_URL counts only where AWS is called: another tool may have set it', () => {
  const env = { AWS_ENDPOINT_URL: 'localhost:4566' };
  expect(() => read(env)).not.toThrow();
  expect(() => read({ ...env, ENABLE_ENVOY_XRAY_TRACING: '1' })).not.toThrow();
  for (const more of [
    { OTEL_TRACES_EXPORTER: 'xray' },
    { OTEL_TRACES_SAMPLER: 'xray' },
    { OTEL_TRACES_EXPORTER: 'cloudwatch' },
  ])
    expect(() => read({ ...env, ...more })).toThrow('AWS_ENDPOINT_URL="localhost:4566": ');
  const url = 'http://localhost:4566/';
  const taken = read({ AWS_ENDPOINT_URL: url, OTEL_TRACES_EXPORTER: 'xray' });
  expect(taken.telemetry.traces.xrayEndpoint).toBe(url);
});

test('a ratio is an error if it is not one, and if it counts', () => {
  const env = { OTEL_TRACES_SAMPLER_ARG: '25%' };
  expect(() => read({ ...env, OTEL_TRACES_SAMPLER: 'traceidratio' })).toThrow(
    'OTEL_TRACES_SAMPLER_ARG="25%": ',
  );
  expect(() => read(env)).not.toThrow();
});
