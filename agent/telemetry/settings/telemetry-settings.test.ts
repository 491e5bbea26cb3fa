import { expect, test } from 'vitest';
import { SettingsError } from '../../../common/settings.ts';
import { telemetrySettings } from '../testing/telemetry.ts';
import { isTelemetryAsked } from './telemetry-settings.ts';

const TAGS = ['mesh', 'node', 'cluster', 'service', 'task', 'zone', 'instance'];

test('the defaults ask for nothing', () => {
  const settings = telemetrySettings({});
  expect(settings).toEqual({
    inputs: [],
    ports: { statsd: 8125, otlpGrpc: 4317, otlpHttp: 4318, xray: 2000 },
    resource: { attributes: {}, groups: TAGS },
    metrics: {
      exporters: [],
      otlp: {
        url: new URL('http://127.0.0.1:4318/v1/metrics'),
        protocol: 'http/protobuf',
        gzip: false,
        headers: {},
        timeoutMs: 10_000,
      },
      intervalMs: 60_000,
      temporality: 'cumulative',
      emfNamespace: 'Daybreak',
      statsd: { host: '127.0.0.1', port: 8125 },
      mostSeries: 10_000,
    },
    logs: {
      exporters: [],
      otlp: expect.objectContaining({ url: new URL('http://127.0.0.1:4318/v1/logs') }) as unknown,
    },
    traces: {
      exporters: [],
      otlp: expect.objectContaining({ url: new URL('http://127.0.0.1:4318/v1/traces') }) as unknown,
      zipkin: { url: new URL('http://127.0.0.1:9411/api/v2/spans'), timeoutMs: 10_000 },
      sampler: { kind: 'ratio', ratio: 1, isParentBased: true },
      keepsFailed: false,
    },
    envoyMetrics: true,
    queueBytes: 4 * 1024 * 1024,
  });
  expect(isTelemetryAsked(settings)).toBe(false);
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, 'http://c:4318/v1/metrics'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/base' }, 'https://c/base/v1/metrics'],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://c/exact' }, 'https://c/exact'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://b/' },
    'http://b/',
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http://c:4317/'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'https://c:4317/'],
  [
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
    },
    'http://c:4317/',
  ],
])('%j asks for OTLP to %s', (env, url) => {
  const { metrics } = telemetrySettings(env);
  expect(metrics.exporters).toEqual(['otlp']);
  expect(metrics.otlp.url.href).toBe(url);
});

test('OTEL_METRICS_EXPORTER=none, and OTEL_SDK_DISABLED, turn the outputs off', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' };
  for (const off of [{ OTEL_METRICS_EXPORTER: 'none' }, { OTEL_SDK_DISABLED: 'true' }]) {
    expect(telemetrySettings({ ...endpoint, ...off }).metrics.exporters).toEqual([]);
  }
});

test.each([
  ['OTEL_METRICS_EXPORTER', 'prometheus', []],
  ['OTEL_METRICS_EXPORTER', 'otlp, Console', ['otlp']],
  ['OTEL_TRACES_EXPORTER', 'jaeger', []],
  ['OTEL_LOGS_EXPORTER', 'logging,cloudwatch', ['cloudwatch']],
] as const)('%s=%s, which programs beside the agent understand, does not keep it from starting', (name, value, exporters) => {
  const { metrics, traces, logs } = telemetrySettings({ [name]: value });
  const all = { OTEL_METRICS_EXPORTER: metrics, OTEL_TRACES_EXPORTER: traces, OTEL_LOGS_EXPORTER: logs };
  expect(all[name].exporters).toEqual(exporters);
});

test('a sampler of Jaeger is the default, because Envoy has no such sampler', () => {
  const { sampler } = telemetrySettings({ OTEL_TRACES_SAMPLER: 'parentbased_jaeger_remote' }).traces;
  expect(sampler).toEqual({ kind: 'ratio', ratio: 1, isParentBased: true });
});

test('a variable of a signal precedes the one of all signals', () => {
  const { otlp } = telemetrySettings({
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=%32',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '2000',
  }).metrics;
  expect(otlp).toMatchObject({ headers: { b: '2' }, timeoutMs: 2000 });
});

test('an output of StatsD does not send to the input of StatsD', () => {
  const both = { OTEL_METRICS_EXPORTER: 'dogstatsd', DAYBREAK_TELEMETRY_INPUTS: 'statsd' };
  expect(() => telemetrySettings(both)).toThrow('STATSD_ADDRESS="127.0.0.1"');
  expect(telemetrySettings({ ...both, STATSD_ADDRESS: 'daemon' }).metrics.statsd).toEqual({
    host: 'daemon',
    port: 8125,
  });
});

test.each([
  ['otlp,cloudwatch', 'otlp', 4],
  ['otlp,cloudwatch', 'otlp,zipkin', 3],
  ['otlp,cloudwatch,emf', 'otlp,zipkin', 2],
  ['otlp,cloudwatch,emf,statsd,dogstatsd', 'otlp,cloudwatch,xray,xray-daemon,zipkin', 1],
])('the queues of %s and %s hold 12 MiB together at most', (metrics, traces, mib) => {
  const env = { OTEL_METRICS_EXPORTER: metrics, OTEL_TRACES_EXPORTER: traces };
  expect(telemetrySettings(env).queueBytes).toBe(mib * 1024 * 1024);
  expect(telemetrySettings({ ...env, DAYBREAK_TELEMETRY_QUEUE_MIB: '8' }).queueBytes).toBe(8 * 1024 * 1024);
});

test('groups of tags', () => {
  const groups = (text: string) => telemetrySettings({ DAYBREAK_TELEMETRY_TAGS: text }).resource.groups;
  expect(groups('none')).toEqual([]);
  expect(groups('mesh,node')).toEqual(['mesh', 'node']);
});

test('bad values are named, and headers are not shown', () => {
  const bad = {
    DAYBREAK_TELEMETRY_INPUTS: 'carbon',
    DAYBREAK_TELEMETRY_TAGS: 'mesh,colour',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector',
    OTEL_EXPORTER_OTLP_HEADERS: 'a-secret',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'thrift',
    OTEL_RESOURCE_ATTRIBUTES: 'nothing',
    OTEL_METRICS_EXPORTER: 'paper',
  };
  const error = (() => {
    try {
      return telemetrySettings(bad);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(SettingsError);
  for (const name of Object.keys(bad)) expect(String(error)).toContain(name);
  expect(String(error)).not.toContain('a-secret');
});
