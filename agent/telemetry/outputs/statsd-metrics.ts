import { lookup } from 'node:dns/promises';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../../common/error-text.ts';
import { withTimeout } from '../../../common/limits/with-timeout.ts';
import type { MetricsOutput } from '../metrics/metrics-output.ts';
import type { Parts } from '../parts.ts';
import { createExportQueue, type Outcome } from '../queue/export-queue.ts';
import type { StatsdAddress } from '../settings/metrics-settings.ts';
import { flatPoints } from './flat-points.ts';
import { packDatagrams } from './pack-datagrams.ts';
import { statsdLines, type StatsdForm } from './statsd-lines.ts';

/** Datagrams sent at once, and the pause after them in milliseconds: a receiver's buffer holds a few hundred. */
const BURST = 32;
const PAUSE_MS = 10;
/** Limit of a look-up of the daemon's name, in milliseconds. */
const LOOKUP_MS = 5000;

/**
 * Opens an output of StatsD or DogStatsD over UDP. It uses node:dgram, because clients such as hot-shots sample a value
 * that has a rate, but a rate here says how many values the agent has counted already.
 */
export function openStatsdMetrics(form: StatsdForm, address: StatsdAddress, parts: Parts): MetricsOutput {
  let socket: Socket | undefined;

  async function connected(): Promise<Socket> {
    if (socket !== undefined) return socket;
    // The first address, IPv4 before IPv6: most daemons bind 0.0.0.0.
    const found = await withTimeout(
      LOOKUP_MS,
      `no address of ${address.host}`,
      lookup(address.host, { order: 'ipv4first' }),
    );
    const made = createSocket(found.family === 6 ? 'udp6' : 'udp4');
    try {
      made.connect(address.port, found.address);
      await once(made, 'connect');
    } catch (error) {
      made.close();
      throw error;
    }
    // ICMP says that nothing listens there. The next attempt resolves the name again.
    made.on('error', () => drop(made));
    socket = made;
    return made;
  }

  function drop(broken: Socket): void {
    if (socket !== broken) return;
    socket = undefined;
    broken.close();
  }

  async function send(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    const target = await connected();
    try {
      let sent = 0;
      for (const datagram of packDatagrams(Buffer.from(bytes))) {
        await sendOne(target, datagram);
        sent += 1;
        if (sent % BURST === 0) await delay(PAUSE_MS, undefined, { signal });
      }
      return { kind: 'taken' };
    } catch (error) {
      drop(target);
      return { kind: 'away', reason: errorText(error) };
    }
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
      socket?.close();
    },
  };
}

async function sendOne(socket: Socket, datagram: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.send(datagram, (error) => (error === null ? resolve() : reject(error)));
  return promise;
}
