import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ANY_CREDENTIALS } from '../../controlplane/discovery/testing/cloud-map.ts';
import { startMoto, type Moto } from '../../controlplane/discovery/testing/moto.ts';
import { createLog } from '../../common/log.ts';
import { NOWHERE } from '../../agent/location/location.ts';
import { openTelemetry } from '../../agent/telemetry/telemetry.ts';
import { FACTS, portOf, sendPackets, telemetrySettings } from '../../agent/telemetry/testing/telemetry.ts';
import { datagram, OF_APPLICATION, OF_ENVOY, TRACE } from '../../agent/telemetry/xray/testing/segments.ts';
import { freePort } from '../lab/net/free-port.ts';

let moto: Moto;

beforeAll(async () => {
  moto = await startMoto();
  vi.stubEnv('AWS_ACCESS_KEY_ID', ANY_CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', ANY_CREDENTIALS.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await moto.stop();
});

test("segments reach X-Ray's API, also those that arrive while it is away", async () => {
  const settings = telemetrySettings({
    OTEL_TRACES_EXPORTER: 'xray',
    AWS_ENDPOINT_URL_XRAY: moto.endpoint,
    DAYBREAK_TELEMETRY_INPUTS: 'xray',
  });
  const telemetry = await openTelemetry({
    settings: { ...settings, ports: { ...settings.ports, xray: await freePort() } },
    facts: { ...FACTS, location: { ...NOWHERE, region: 'eu-west-1' } },
    daemon: { host: '127.0.0.1', port: 1 },
    version: '1',
    log: createLog('test', 'silent'),
  });
  moto.pause();
  await sendPackets(portOf(telemetry, 'xray'), [OF_ENVOY, OF_APPLICATION].map(datagram));
  await expect.poll(() => telemetry.status().outputs[0]?.waiting).toBe(2);
  moto.resume();
  await expect.poll(() => telemetry.status().outputs[0]?.sent).toBe(2);
  await telemetry.close();

  const region = 'eu-west-1';
  const client = new XRayClient({ endpoint: moto.endpoint, region, credentials: ANY_CREDENTIALS });
  const { Traces = [] } = await client.send(new BatchGetTracesCommand({ TraceIds: [TRACE] }));
  const documents = Traces.flatMap(({ Segments = [] }) => Segments.map(({ Document = '' }) => Document));
  // A call that ran into its limit while moto was away comes again, and moto keeps both; X-Ray has one segment for an id.
  const ids = new Set(documents.map((text) => (JSON.parse(text) as { id: string }).id));
  expect([...ids].toSorted()).toEqual([OF_ENVOY.id, OF_APPLICATION.id].toSorted());
});

test("X-Ray's API without a region is an error", async () => {
  const settings = telemetrySettings({ OTEL_TRACES_EXPORTER: 'xray' });
  const opening = openTelemetry({
    settings,
    facts: FACTS,
    daemon: { host: '127.0.0.1', port: 1 },
    version: '1',
    log: createLog('test', 'silent'),
  });
  await expect(opening).rejects.toThrow('OTEL_TRACES_EXPORTER=xray: AWS_REGION has to name the region');
});
