import { expect, test } from 'vitest';
import { startOtlpReceiver } from './testing/otlp-receiver.ts';
import { portOf, sendPackets, startTelemetry } from './testing/telemetry.ts';

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
