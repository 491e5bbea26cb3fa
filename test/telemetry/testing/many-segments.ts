import { createSocket } from 'node:dgram';
import { startOtlpReceiver } from '../../../agent/telemetry/testing/otlp-receiver.ts';
import { portOf, startTelemetry } from '../../../agent/telemetry/testing/telemetry.ts';
import { datagram, OF_ENVOY } from '../../../agent/telemetry/xray/testing/segments.ts';
import { until } from '../../lab/until.ts';

/** Datagrams at once: the socket's buffer holds at least this many, whatever net.core.rmem_max is. */
const AT_ONCE = 50;
const PATIENT = { limitMs: 600_000, everyMs: 1 };

/** The way of segments through the agent. */
export type SentSegments = {
  /** Sent to the receiver. */
  readonly sent: number;
  /** Dropped and counted, because the queue was full. */
  readonly dropped: number;
  readonly rejected: number;
  /** Different segments that the receiver got. */
  readonly arrived: number;
  readonly seconds: number;
};

/** Sends segments of X-Ray to the agent's telemetry, as fast as it takes them, and counts those that reach a receiver of OTLP. */
export async function sendSegments(count: number): Promise<SentSegments> {
  await using receiver = await startOtlpReceiver();
  const telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
    DAYBREAK_TELEMETRY_INPUTS: 'xray',
  });
  const port = portOf(telemetry, 'xray');
  const socket = createSocket('udp4');
  const begin = performance.now();
  for (let sent = 0; sent < count; ) {
    for (let at = 0; at < AT_ONCE; at += 1, sent += 1) {
      socket.send(datagram({ ...OF_ENVOY, id: sent.toString(16).padStart(16, '0') }), port, '127.0.0.1');
    }
    const taken = sent;
    await until(
      'the segments are taken',
      async () => telemetry.status().inputs[0]?.received === taken,
      PATIENT,
    );
  }
  const seconds = (performance.now() - begin) / 1000;
  socket.close();
  await until('nothing waits', async () => telemetry.status().outputs[0]?.waiting === 0, PATIENT);
  await telemetry.close();
  const { sent = 0, dropped = 0, rejected = 0 } = telemetry.status().outputs[0] ?? {};
  const arrived = new Set(receiver.spans().map(({ id }) => id)).size;
  return { sent, dropped, rejected, arrived, seconds };
}
