import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { NOWHERE } from '../../agent/location/location.ts';
import { startOtlpReceiver } from '../../agent/telemetry/testing/otlp-receiver.ts';
import { FACTS, portOf, sendPackets, telemetrySettings } from '../../agent/telemetry/testing/telemetry.ts';
import { openTelemetry } from '../../agent/telemetry/telemetry.ts';

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret');
});
afterAll(() => vi.unstubAllEnvs());

test('CloudWatch gets OTLP over HTTP/1.1, with the signature that botocore computes', async () => {
  await using receiver = await startOtlpReceiver();
  const settings = telemetrySettings({
    OTEL_METRICS_EXPORTER: 'cloudwatch',
    AWS_ENDPOINT_URL_CLOUDWATCH: receiver.url,
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
  });
  const telemetry = await openTelemetry({
    settings: { ...settings, ports: { ...settings.ports, statsd: 0 } },
    facts: { ...FACTS, location: { ...NOWHERE, region: 'us-west-2' } },
    daemon: { host: '127.0.0.1', port: 1 },
    version: '1',
    log: createLog('test', 'silent'),
  });
  await sendPackets(portOf(telemetry, 'statsd'), ['orders:3|c']);
  await expect.poll(receiver.points).toContain('orders{} 3');
  await telemetry.close();
  const { path, headers, body } = receiver.received[0] ?? {};
  expect(path).toBe('/v1/metrics');
  expect(headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' });
  const [, signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-west-2\/monitoring\/aws4_request, SignedHeaders=(\S+), Signature=(\S+)$/.exec(
      headers?.authorization ?? '',
    ) ?? [];
  // botocore is part of moto.
  const packages = dirname(process.env['DAYBREAK_MOTO'] ?? '');
  const python = readFileSync(join(packages, 'python'), 'utf8').trim();
  const { stdout } = await execa(python, [join(import.meta.dirname, 'signature.py')], {
    env: { PYTHONPATH: packages },
    input: JSON.stringify({
      url: `${receiver.url}${path}`,
      headers,
      signed: signed.split(';'),
      body: body?.toString('base64'),
      service: 'monitoring',
      region: 'us-west-2',
    }),
  });
  expect(stdout).toBe(signature);
});
