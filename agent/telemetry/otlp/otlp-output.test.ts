import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { CallError } from '../../../xds/grpc/call-error.ts';
import { listenGrpc } from '../../../xds/grpc/listen.ts';
import { createGrpcServer, type Method } from '../../../xds/grpc/server.ts';
import { status } from '../../../xds/grpc/status.ts';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { portOf, sendPackets, startTelemetry } from '../testing/telemetry.ts';
import { PATHS } from './grpc-services.ts';
import { RESPONSES } from './requests.ts';

/** An answer that rejects one of the points. */
const rejecting = create(RESPONSES.metrics, {
  partialSuccess: { rejectedDataPoints: 1n, errorMessage: 'too\nold' },
});

/** Starts telemetry whose values of StatsD go to a receiver of OTLP. */
const start = (endpoint: string, protocol: string) =>
  startTelemetry({
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    DAYBREAK_TELEMETRY_INPUTS: 'statsd',
  });

/** Starts a server of gRPC with this method for metrics. */
async function startGrpc(method: Method) {
  const server = createGrpcServer();
  server.add(PATHS.metrics, method);
  const listener = await listenGrpc(server, { host: '127.0.0.1', port: 0 });
  return { port: listener.port, [Symbol.asyncDispose]: async () => listener.close() };
}

test.each([
  ['http/protobuf', 'application/x-protobuf', toBinary(RESPONSES.metrics, rejecting)],
  ['http/json', 'application/json', toJsonString(RESPONSES.metrics, rejecting)],
])('%s: points that the receiver rejects in its answer count as rejected, not as sent', async (protocol, type, bytes) => {
  await using receiver = await startOtlpReceiver();
  receiver.answerWith(200, { type, bytes });
  await using telemetry = await start(receiver.url, protocol);
  await sendPackets(portOf(telemetry, 'statsd'), ['a:1|c\nb:1|c\nc:1|c']);
  await expect.poll(() => telemetry.status().outputs[0]?.rejected).toBeGreaterThan(0);
  const { sent = 0, rejected = 0, lastError } = telemetry.status().outputs[0] ?? {};
  expect(sent).toBe(2 * rejected);
  expect(lastError?.message).toBe('too old');
});

test('grpc: points that the receiver rejects in its answer count as rejected, not as sent', async () => {
  await using receiver = await startGrpc((call) => ({
    message: () =>
      call.write(() => toBinary(RESPONSES.metrics, rejecting), { left: () => call.end(status.OK) }),
    halfClose: () => undefined,
  }));
  await using telemetry = await start(`http://127.0.0.1:${receiver.port}`, 'grpc');
  await sendPackets(portOf(telemetry, 'statsd'), ['a:1|c\nb:1|c\nc:1|c']);
  await expect.poll(() => telemetry.status().outputs[0]?.rejected).toBeGreaterThan(0);
  const { sent = 0, rejected = 0, lastError } = telemetry.status().outputs[0] ?? {};
  expect(sent).toBe(2 * rejected);
  expect(lastError?.message).toBe('too old');
});

test.each([400, 408, 500, 501])('HTTP %i is not retried', async (code) => {
  await using receiver = await startOtlpReceiver();
  receiver.answerWith(code);
  await using telemetry = await start(receiver.url, 'http/protobuf');
  await sendPackets(portOf(telemetry, 'statsd'), ['a:1|c']);
  await expect.poll(() => telemetry.status().outputs[0]?.rejected).toBeGreaterThan(0);
});

test('a message that is too large for a receiver of gRPC is not sent again', async () => {
  await using receiver = await startGrpc(() => {
    throw new CallError(status.RESOURCE_EXHAUSTED, 'received message larger than max');
  });
  await using telemetry = await start(`http://127.0.0.1:${receiver.port}`, 'grpc');
  await sendPackets(portOf(telemetry, 'statsd'), ['a:1|c']);
  await expect.poll(() => telemetry.status().outputs[0]?.rejected).toBeGreaterThan(0);
  expect(telemetry.status().outputs[0]?.lastError?.message).toContain('larger than max');
});
