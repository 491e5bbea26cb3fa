import { expect, test } from 'vitest';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { portOf, sendPackets, startTelemetry } from '../testing/telemetry.ts';

const lines = ['orders:1|c|#kind:tea', 'orders:2|c|#kind:tea', 'wait:30|ms', 'wait:300|ms', 'depth:4|g'];

test('DogStatsD leaves with the tags of App Mesh, and each value arrives once', async () => {
  await using receiver = await startOtlpReceiver();
  await using second = await startTelemetry({
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
    DAYBREAK_TELEMETRY_TAGS: 'none',
  });
  await using first = await startTelemetry({
    OTEL_METRICS_EXPORTER: 'dogstatsd',
    STATSD_PORT: String(portOf(second, 'statsd')),
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
    DAYBREAK_TELEMETRY_TAGS: 'mesh,node',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
  });
  await sendPackets(portOf(first, 'statsd'), lines);
  const tags = 'appmesh.mesh="m",appmesh.virtual_node="n"';
  for (const point of [
    `orders{${tags},kind="tea",service.name="n"} 3`,
    `wait{${tags},service.name="n"} 2 sum 412.5`,
    `depth{${tags},service.name="n"} 4`,
  ]) {
    await expect.poll(receiver.points).toContain(point);
  }
  expect(first.status().outputs).toMatchObject([
    { output: expect.stringMatching(/^dogstatsd /) as unknown, dropped: 0 },
  ]);
});

test('the embedded metric format is written to stdout line by line', async () => {
  const written: string[] = [];
  await using telemetry = await startTelemetry(
    {
      OTEL_METRICS_EXPORTER: 'emf',
      DAYBREAK_EMF_NAMESPACE: 'Shop',
      DAYBREAK_TELEMETRY_INPUTS: 'statsd',
      OTEL_METRIC_EXPORT_INTERVAL: '100',
    },
    async (bytes) => {
      written.push(bytes.toString());
      return 0;
    },
  );
  await sendPackets(portOf(telemetry, 'statsd'), lines);
  const all = () =>
    written
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? {} : (JSON.parse(line) as object)));
  await expect
    .poll(all)
    .toContainEqual(expect.objectContaining({ orders: expect.any(Number) as unknown, kind: 'tea' }));
  await expect.poll(() => written.join('')).toContain('"Namespace":"Shop"');
  // Without events there is no line of a counter.
  const orders = () => all().reduce((sum, each) => sum + ('orders' in each ? Number(each.orders) : 0), 0);
  await expect.poll(orders).toBe(3);
});

test('an output of delta temporality', async () => {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
  });
  await sendPackets(portOf(telemetry, 'statsd'), ['a:3|c']);
  await expect.poll(receiver.points).toContain('a{} 3');
  await expect.poll(receiver.points).toContain('a{} 0');
});

test('a receiver that is away gets what waits when it is back, oldest first', async () => {
  await using receiver = await startOtlpReceiver();
  receiver.answerWith(503);
  await using telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
  });
  await sendPackets(portOf(telemetry, 'statsd'), ['a:3|c']);
  await expect.poll(() => telemetry.status().outputs[0]?.state).toBe('failing');
  expect(telemetry.status().outputs[0]?.lastError?.message).toContain('HTTP 503');
  receiver.answerWith(200);
  await expect.poll(receiver.points).toContain('a{} 3');
  await expect
    .poll(() => telemetry.status().outputs[0])
    .toMatchObject({ state: 'ok', dropped: 0, rejected: 0 });
});
