import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { openTelemetry } from '../telemetry.ts';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { FACTS, portOf, sendPackets, startTelemetry, telemetrySettings } from '../testing/telemetry.ts';
import { datagram, OF_APPLICATION, OF_ENVOY } from '../xray/testing/segments.ts';
import { freePort } from '../../../test/lab/net/free-port.ts';

const ENVOY_TRACE = '67891233abcdef012345678912345678';

test("segments of X-Ray leave by OTLP, each with its own service, and Envoy's with the attributes of the proxy", async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
    DAYBREAK_TELEMETRY_INPUTS: 'xray',
  });
  const inProgress = { ...OF_APPLICATION, in_progress: true };
  const packets = [OF_ENVOY, OF_APPLICATION, inProgress].map(datagram);
  await sendPackets(portOf(telemetry, 'xray'), ['', 'nonsense', ...packets, Buffer.alloc(60_000)]);
  await expect.poll(() => receiver.spans().length).toBe(4);
  expect(receiver.spans()).toMatchObject([
    {
      service: 'apps/serviceB',
      trace: ENVOY_TRACE,
      id: OF_ENVOY.id,
      parent: OF_ENVOY.parent_id,
      isFailed: true,
    },
    { service: 'colors', name: 'colors', parent: '' },
    { service: 'colors', name: 'DynamoDB', parent: OF_APPLICATION.id },
    { service: 'colors', name: 'marshal' },
  ]);
  expect(receiver.spans()[0]?.resource).toMatchObject({ 'daybreak.mesh': 'm', 'daybreak.virtual_node': 'n' });
  await expect
    .poll(telemetry.status)
    .toMatchObject({ inputs: [{ received: 6, invalid: 3 }], outputs: [{ sent: 4, dropped: 0 }] });
});

test('segments of X-Ray leave for Zipkin', async () => {
  const bodies: string[] = [];
  const zipkin = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
    request.on('end', () => response.writeHead(202).end());
  }).listen(0, '127.0.0.1');
  await once(zipkin, 'listening');
  const { port } = zipkin.address() as AddressInfo;
  await using telemetry = await startTelemetry({
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: `http://127.0.0.1:${port}/api/v2/spans`,
    DAYBREAK_TELEMETRY_INPUTS: 'xray',
  });
  await sendPackets(portOf(telemetry, 'xray'), [datagram(OF_ENVOY)]);
  await expect.poll(() => bodies).toHaveLength(1);
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject([
    { traceId: ENVOY_TRACE, id: OF_ENVOY.id, localEndpoint: { serviceName: 'apps/serviceB' } },
  ]);
  zipkin.close();
  zipkin.closeAllConnections();
});

test("segments of X-Ray leave for X-Ray's daemon as they came", async () => {
  const daemon = createSocket('udp4');
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  const texts: string[] = [];
  daemon.on('message', (bytes) => texts.push(bytes.toString()));
  const telemetry = await openTelemetry({
    settings: {
      ...telemetrySettings({ OTEL_TRACES_EXPORTER: 'xray-daemon', DAYBREAK_TELEMETRY_INPUTS: 'xray' }),
      ports: { statsd: 0, otlpGrpc: 0, otlpHttp: 0, xray: await freePort() },
    },
    facts: FACTS,
    daemon: { host: '127.0.0.1', port: daemon.address().port },
    version: '1',
    log: createLog('test', 'silent'),
  });
  await sendPackets(portOf(telemetry, 'xray'), [datagram(OF_APPLICATION)]);
  await expect.poll(() => texts).toHaveLength(1);
  expect(texts[0]).toBe(`{"format":"json","version":1}\n${JSON.stringify(OF_APPLICATION)}`);
  await telemetry.close();
  daemon.close();
});

test('the last segments are sent when the agent stops', async () => {
  await using receiver = await startOtlpReceiver();
  const telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
    DAYBREAK_TELEMETRY_INPUTS: 'xray',
  });
  await sendPackets(portOf(telemetry, 'xray'), [datagram(OF_ENVOY)]);
  await expect.poll(() => telemetry.status().inputs[0]?.received).toBe(1);
  await telemetry.close();
  expect(receiver.spans()).toHaveLength(1);
});

test("the port of X-Ray's daemon is left to the daemon", async () => {
  const daemon = createSocket('udp4');
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  const settings = telemetrySettings({ OTEL_TRACES_EXPORTER: 'otlp', DAYBREAK_TELEMETRY_INPUTS: 'xray' });
  const telemetry = await openTelemetry({
    settings: { ...settings, ports: { ...settings.ports, xray: daemon.address().port } },
    facts: FACTS,
    daemon: { host: '127.0.0.1', port: 1 },
    version: '1',
    log: createLog('test', 'silent'),
  });
  expect(telemetry.status().inputs).toMatchObject([{ state: 'left to another program' }]);
  await telemetry.close();
  daemon.close();
});
