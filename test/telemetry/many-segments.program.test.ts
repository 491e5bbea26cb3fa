import { expect, test } from 'vitest';
import { createSocket } from 'node:dgram';
import { startOtlpReceiver } from '../../agent/telemetry/testing/otlp-receiver.ts';
import { portOf, startTelemetry } from '../../agent/telemetry/testing/telemetry.ts';
import { datagram, OF_ENVOY } from '../../agent/telemetry/xray/testing/segments.ts';

const SEGMENTS = 20_000;
/** The socket's buffer holds at least this many, whatever net.core.rmem_max is. */
const AT_ONCE = 50;

test('every segment that the kernel delivers is sent on, or counted as dropped', {
  timeout: 120_000,
}, async () => {
  await using receiver = await startOtlpReceiver();
  const telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
    DAYBREAK_TELEMETRY_INPUTS: 'xray',
  });
  const port = portOf(telemetry, 'xray');
  const socket = createSocket('udp4');
  for (let sent = 0; sent < SEGMENTS; ) {
    for (let at = 0; at < AT_ONCE; at += 1, sent += 1) {
      socket.send(datagram({ ...OF_ENVOY, id: sent.toString(16).padStart(16, '0') }), port, '127.0.0.1');
    }
    await expect.poll(() => telemetry.status().inputs[0]?.received, { interval: 1 }).toBe(sent);
  }
  socket.close();
  await expect.poll(() => telemetry.status().outputs[0]?.waiting, { timeout: 60_000 }).toBe(0);
  await telemetry.close();
  const { sent = 0, dropped = 0, rejected } = telemetry.status().outputs[0] ?? {};
  expect({ all: sent + dropped, rejected }).toEqual({ all: SEGMENTS, rejected: 0 });
  expect(new Set(receiver.spans().map(({ id }) => id)).size).toBe(sent);
});
