import { setTimeout as delay } from 'node:timers/promises';
import type { MetricsOutput } from '../metrics/metrics-output.ts';
import type { Parts } from '../parts.ts';
import { createExportQueue } from '../queue/export-queue.ts';
import type { Outcome } from '../queue/parcel.ts';
import type { StatsdAddress } from '../settings/metrics-settings.ts';
import { flatPoints } from './flat-points.ts';
import { packDatagrams } from './pack-datagrams.ts';
import { statsdLines, type StatsdForm } from './statsd-lines.ts';
import { createUdpSender } from './udp-sender.ts';

/** Datagrams sent at once, and the pause after them in milliseconds: a receiver's buffer holds a few hundred. */
const BURST = 32;
const PAUSE_MS = 10;
/**
 * Opens an output of StatsD or DogStatsD over UDP. It uses node:dgram, because clients such as hot-shots sample a value
 * that has a rate, but a rate here says how many values the agent has counted already.
 */
export function openStatsdMetrics(form: StatsdForm, address: StatsdAddress, parts: Parts): MetricsOutput {
  const sender = createUdpSender(address.host, address.port);

  async function send(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    let sent = 0;
    for (const datagram of packDatagrams(Buffer.from(bytes))) {
      await sender.send(datagram);
      sent += 1;
      if (sent % BURST === 0) await delay(PAUSE_MS, undefined, { signal });
    }
    return { kind: 'taken' };
  }

  const queue = createExportQueue({
    output: `${form} ${address.host}:${address.port}`,
    mostBytes: parts.mostBytes,
    onState: parts.onState,
    send: ({ bytes }, signal) => send(bytes, signal),
  });
  return {
    temporality: 'delta',
    push(metrics) {
      const points = flatPoints(metrics);
      queue.push({ items: points.length, bytes: Buffer.from(statsdLines(points, form).join('\n')) });
    },
    status: queue.status,
    async close(limitMs) {
      await queue.close(limitMs);
      sender.close();
    },
  };
}
