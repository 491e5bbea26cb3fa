import { afterEach, expect, test, vi } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { NOWHERE } from '../../location/location.ts';
import { openTelemetry } from '../telemetry.ts';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { FACTS, portOf, sendPackets, telemetrySettings } from '../testing/telemetry.ts';
import { datagram, OF_ENVOY } from '../xray/testing/segments.ts';
import { freePort } from '../../../test/lab/net/free-port.ts';

afterEach(() => void vi.unstubAllEnvs());

async function open(env: Readonly<Record<string, string>>, region: string | undefined) {
  const settings = telemetrySettings({ DAYBREAK_TELEMETRY_INPUTS: 'xray', ...env });
  return openTelemetry({
    settings: { ...settings, ports: { ...settings.ports, xray: await freePort() } },
    facts: { ...FACTS, location: { ...NOWHERE, region } },
    daemon: { host: '127.0.0.1', port: 1 },
    version: '1',
    log: createLog('test', 'silent'),
    writeLines: () => Promise.resolve(0),
  });
}

test("traces reach CloudWatch's endpoint for OTLP with AWS's signature", async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-a-secret');
  await using receiver = await startOtlpReceiver();
  const env = { OTEL_TRACES_EXPORTER: 'cloudwatch', AWS_ENDPOINT_URL_XRAY: receiver.url };
  const telemetry = await open(env, 'eu-west-1');
  await sendPackets(portOf(telemetry, 'xray'), [datagram(OF_ENVOY)]);
  await expect.poll(receiver.spans).toMatchObject([{ id: OF_ENVOY.id }]);
  expect(receiver.received[0]).toMatchObject({
    path: '/v1/traces',
    headers: {
      'content-encoding': 'gzip',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/xray\/aws4_request/,
      ) as unknown,
    },
  });
  await telemetry.close();
});

test.each(['OTEL_TRACES_EXPORTER', 'OTEL_LOGS_EXPORTER'])('%s=cloudwatch needs a region', async (name) => {
  await expect(open({ [name]: 'cloudwatch' }, undefined)).rejects.toThrow(
    `${name}=cloudwatch: AWS_REGION has to name the region`,
  );
});
