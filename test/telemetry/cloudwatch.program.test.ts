import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { NOWHERE } from '../../agent/location/location.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../../agent/telemetry/testing/otlp-receiver.ts';
import { FACTS, portOf, telemetrySettings } from '../../agent/telemetry/testing/telemetry.ts';
import { openTelemetry } from '../../agent/telemetry/telemetry.ts';

const REGION = 'us-west-2';

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret');
});
afterAll(() => vi.unstubAllEnvs());

/** Resolves with the signature that botocore computes for a request. botocore is part of moto. */
async function botocoreSignature(request: object): Promise<string> {
  const packages = dirname(process.env['DAYBREAK_MOTO'] ?? '');
  const python = readFileSync(join(packages, 'python'), 'utf8').trim();
  const { stdout } = await execa(python, [join(import.meta.dirname, 'signature.py')], {
    env: { PYTHONPATH: packages },
    input: JSON.stringify({ ...request, region: REGION }),
  });
  return stdout;
}

const METRICS = {
  resourceMetrics: [
    { scopeMetrics: [{ metrics: [{ name: 'orders', gauge: { dataPoints: [{ asDouble: 3 }] } }] }] },
  ],
};
const SPAN = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'order', kind: 2 };
const TRACES = { resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] };
const LOGS = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'an order' } }] }] }] };
const LOG_STREAM = { 'x-aws-log-group': '/shop/teller', 'x-aws-log-stream': 'task-1' };

type Case = {
  readonly signal: string;
  readonly service: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly sent: object;
  readonly arrived: (receiver: OtlpReceiver) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

const CASES: readonly Case[] = [
  {
    signal: 'metrics',
    service: 'monitoring',
    variables: { OTEL_METRICS_EXPORTER: 'cloudwatch', OTEL_METRIC_EXPORT_INTERVAL: '100' },
    sent: METRICS,
    arrived: (receiver) => receiver.points().includes('orders{} 3'),
  },
  {
    signal: 'traces',
    service: 'xray',
    variables: { OTEL_TRACES_EXPORTER: 'cloudwatch' },
    sent: TRACES,
    arrived: (receiver) => receiver.spans().some(({ id }) => id === SPAN.spanId),
  },
  {
    signal: 'logs',
    service: 'logs',
    variables: {
      OTEL_LOGS_EXPORTER: 'cloudwatch',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-aws-log-group=%2Fshop%2Fteller,x-aws-log-stream=task-1',
    },
    sent: LOGS,
    arrived: (receiver) => receiver.records().some(({ body }) => body === 'an order'),
    headers: LOG_STREAM,
  },
];

test.each(
  CASES,
)('CloudWatch gets $signal by OTLP over HTTP/1.1, with the signature that botocore computes', async ({
  signal,
  service,
  variables,
  sent,
  arrived,
  headers: own = {},
}) => {
  await using receiver = await startOtlpReceiver();
  const settings = telemetrySettings({
    ...variables,
    AWS_ENDPOINT_URL: receiver.url,
    [`AWS_ENDPOINT_URL_${{ monitoring: 'CLOUDWATCH', xray: 'XRAY', logs: 'CLOUDWATCH_LOGS' }[service]}`]:
      receiver.url,
    DAYBREAK_TELEMETRY_INPUTS: 'otlp',
  });
  const telemetry = await openTelemetry({
    settings: { ...settings, ports: { ...settings.ports, otlpGrpc: 0, otlpHttp: 0 } },
    facts: { ...FACTS, location: { ...NOWHERE, region: REGION } },
    daemon: { host: '127.0.0.1', port: 1 },
    version: '1',
    log: createLog('test', 'silent'),
  });
  const answer = await fetch(`http://127.0.0.1:${portOf(telemetry, 'otlp/http')}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
  expect(answer.status).toBe(200);
  await expect.poll(() => arrived(receiver)).toBe(true);
  await telemetry.close();

  const { path, headers, body } = receiver.received[0] ?? {};
  expect(path).toBe(`/v1/${signal}`);
  const form = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  expect(headers).toMatchObject({ ...form, ...own });
  const authorization = new RegExp(
    `^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\\d{8}/${REGION}/${service}/aws4_request, SignedHeaders=(\\S+), Signature=(\\S+)$`,
  );
  const [, names = '', signature] = authorization.exec(headers?.authorization ?? '') ?? [];
  const signed = names.split(';');
  expect(signed).toEqual(expect.arrayContaining(Object.keys(own)));
  const url = `${receiver.url}${path}`;
  expect(await botocoreSignature({ url, headers, signed, body: body?.toString('base64'), service })).toBe(
    signature,
  );
});
