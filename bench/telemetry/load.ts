// An application that sends telemetry to the agent on loopback: each second 2,000 packets of StatsD in 500 series, 200 segments of X-Ray, and a
// request of OTLP with 100 spans and 100 records. Runs until it is killed.
import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { datagram, OF_ENVOY } from '../../agent/telemetry/xray/testing/segments.ts';

const socket = createSocket('udp4');
const id = (length: number, at: number): string => `a${at.toString(16).padStart(length - 1, '0')}`;

async function post(signal: string, body: object): Promise<void> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  await fetch(`http://127.0.0.1:4318/v1/${signal}`, request)
    .then((response) => response.text())
    .catch(() => undefined);
}

for (let second = 0; ; second += 1) {
  // Tenths of a second, so that the kernel's buffer holds each.
  for (let tenth = 0; tenth < 10; tenth += 1) {
    for (let at = 0; at < 200; at += 1)
      socket.send(`orders.total:1|c|#shard:${(tenth * 200 + at) % 500}`, 8125, '127.0.0.1');
    for (let at = 0; at < 20; at += 1) {
      const segment = { ...OF_ENVOY, id: id(16, second * 200 + tenth * 20 + at) };
      socket.send(datagram(segment), 2000, '127.0.0.1');
    }
    await delay(90);
  }
  const many = Array.from({ length: 100 }, (_, at) => second * 100 + at);
  const now = `${Date.now()}000000`;
  const times = { startTimeUnixNano: now, endTimeUnixNano: now };
  const spans = many.map((at) => ({
    traceId: id(32, at),
    spanId: id(16, at),
    name: 'order',
    kind: 2,
    ...times,
  }));
  const logRecords = many.map((at) => ({ timeUnixNano: now, body: { stringValue: `order ${at}` } }));
  await post('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
  await post('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}
