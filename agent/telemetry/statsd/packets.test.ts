import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { StatsD } from 'hot-shots';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { portOf, sendPackets, startTelemetry } from '../testing/telemetry.ts';

const ENV = {
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics',
  DAYBREAK_TELEMETRY_INPUTS: 'statsd',
};

test('bad packets are counted, and good ones after them are taken', async () => {
  await using telemetry = await startTelemetry(ENV);
  const bad = [
    Buffer.alloc(0),
    Buffer.alloc(64_000, 'a'),
    Buffer.from('a:1|c').subarray(0, 2),
    Buffer.from('a\0b:1|c'),
    Buffer.from('no colon'),
    Buffer.from(`a:1|c|#${'t'.repeat(60_000)}`),
    Buffer.from('ü:1|c').subarray(1),
    Buffer.from([0xff, 0xfe, 0xfd]),
  ];
  await sendPackets(portOf(telemetry, 'statsd'), [...bad, 'good:1|c']);
  await expect
    .poll(() => telemetry.status().inputs[0])
    .toMatchObject({ received: bad.length + 1, invalid: bad.length });
  expect(telemetry.status().series.count).toBe(1);
});

test('100,000 packets at once: each that the kernel delivered is counted, and the drops of the kernel too', async () => {
  await using receiver = await startOtlpReceiver();
  const telemetry = await startTelemetry({
    ...ENV,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
  });
  const socket = createSocket('udp4');
  const port = portOf(telemetry, 'statsd');
  const sent = 100_000;
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = sent;
  for (let index = 0; index < sent; index += 1) {
    socket.send(`orders:1|c|#shard:${index % 10}`, port, '127.0.0.1', () => {
      left -= 1;
      if (left === 0) resolve();
    });
  }
  await promise;
  socket.close();
  const arrived = () => {
    const { received = 0, kernelDropped = 0 } = telemetry.status().inputs[0] ?? {};
    return received + kernelDropped;
  };
  // The kernel's count is read every five seconds.
  await expect.poll(arrived, { interval: 200 }).toBe(sent);
  const { received = 0, invalid } = telemetry.status().inputs[0] ?? {};
  expect(invalid).toBe(0);
  await telemetry.close();
  const counted = receiver.points().map((line) => Number(line.split(' ').at(-1)));
  expect(counted.reduce((sum, each) => sum + each, 0)).toBe(received);
});

test('packets that the kernel holds when the agent stops are sent, too', async () => {
  await using receiver = await startOtlpReceiver();
  const telemetry = await startTelemetry({
    ...ENV,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
  });
  const socket = createSocket('udp4');
  const port = portOf(telemetry, 'statsd');
  // The loop of this process does not read meanwhile, and the kernel's smallest buffer holds all of them.
  const sent = 150;
  for (let index = 0; index < sent; index += 1) socket.send('orders:1|c', port, '127.0.0.1');
  await telemetry.close();
  socket.close();
  const { received = 0, kernelDropped = 0 } = telemetry.status().inputs[0] ?? {};
  expect(received + kernelDropped).toBe(sent);
  expect(receiver.points()).toEqual([`orders{} ${received}`]);
});

test("the values of hot-shots' client arrive", async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await startTelemetry({
    ...ENV,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
    OTEL_METRIC_EXPORT_INTERVAL: '100',
  });
  const client = new StatsD({ host: '127.0.0.1', port: portOf(telemetry, 'statsd'), globalTags: ['team:a'] });
  client.increment('orders', 2, { kind: 'tea' });
  client.gauge('depth', 7);
  client.timing('wait', 30);
  client.distribution('size', 12);
  client.set('users', 'u1');
  for (const point of [
    'orders{kind="tea",team="a"} 2',
    'depth{team="a"} 7',
    'wait{team="a"} 1 sum 30',
    'size{team="a"} 1 sum 12',
    'users{team="a"} 1',
  ]) {
    await expect.poll(receiver.points).toContain(point);
  }
  client.close();
});
