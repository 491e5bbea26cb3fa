import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openTelemetry } from './telemetry.ts';
import { startOtlpReceiver } from './testing/otlp-receiver.ts';
import { FACTS, portOf, sendPackets, startTelemetry, telemetrySettings } from './testing/telemetry.ts';

test('StatsD goes in, and its values leave by OTLP with the attributes of the proxy', async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
  });
  await sendPackets(portOf(telemetry, 'statsd'), [
    'orders:1|c|#kind:tea',
    'orders:2|c|#kind:tea\ntemperature:21.5|g',
  ]);
  await expect.poll(receiver.points).toContain('orders{kind="tea"} 3');
  await expect.poll(receiver.points).toContain('temperature{} 21.5');
  expect(receiver.received[0]?.path).toBe('/v1/metrics');
  expect(receiver.received[0]?.message).toMatchObject({
    resourceMetrics: [
      {
        resource: {
          attributes: expect.arrayContaining([
            expect.objectContaining({
              key: 'service.name',
              value: expect.objectContaining({ value: { case: 'stringValue', value: 'n' } }),
            }),
            expect.objectContaining({ key: 'daybreak.mesh' }),
            expect.objectContaining({ key: 'daybreak.virtual_node' }),
            expect.objectContaining({ key: 'service.instance.id' }),
          ]),
        },
      },
    ],
  });
  await expect
    .poll(() => telemetry.status())
    .toMatchObject({
      inputs: [{ state: 'listening', received: 3, invalid: 0 }],
      outputs: [{ state: 'ok', rejected: 0, dropped: 0 }],
      series: { count: 2, refused: 0 },
    });
});

test('the last values are sent when the agent stops', async () => {
  await using receiver = await startOtlpReceiver();
  const telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
  });
  await sendPackets(portOf(telemetry, 'statsd'), ['orders:1|c']);
  await expect.poll(() => telemetry.status().inputs[0]?.received).toBe(1);
  await telemetry.close();
  expect(receiver.points()).toEqual(['orders{} 1']);
});

test.each(['http/protobuf', 'http/json'])('%s, with and without compression', async (protocol) => {
  await using receiver = await startOtlpReceiver();
  for (const compression of ['none', 'gzip']) {
    await using telemetry = await startTelemetry({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/own/metrics`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_COMPRESSION: compression,
      OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=a%20b',
      OTEL_METRIC_EXPORT_INTERVAL: '100',
      DAYBREAK_TELEMETRY_INPUTS: 'statsd',
    });
    await sendPackets(portOf(telemetry, 'statsd'), [`${compression}:1|c`]);
    await expect.poll(receiver.points).toContain(`${compression}{} 1`);
  }
  expect(receiver.received[0]).toMatchObject({ path: '/own/metrics', headers: { 'api-key': 'a b' } });
});

test('a start that fails frees the ports that were open', async () => {
  await using receiver = await startOtlpReceiver();
  const settings = telemetrySettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    DAYBREAK_TELEMETRY_INPUTS: 'statsd,otlp',
  });
  const probe = createSocket('udp4').bind(0, '127.0.0.1');
  await once(probe, 'listening');
  const statsd = probe.address().port;
  probe.close();
  await once(probe, 'close');
  const opened = openTelemetry({
    // No program can listen on the port of gRPC.
    settings: { ...settings, ports: { ...settings.ports, statsd, otlpGrpc: 70_000 } },
    facts: FACTS,
    daemon: { host: '127.0.0.1', port: 1 },
    version: '1',
    log: createLog('test', 'silent'),
  });
  await expect(opened).rejects.toThrow('70000');
  const next = createSocket('udp4').bind({ port: statsd, address: '127.0.0.1', exclusive: true });
  await once(next, 'listening');
  next.close();
});
