import { isUtf8 } from 'node:buffer';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { InputStatus } from '../input-status.ts';
import type { Registry } from '../metrics/registry.ts';
import { kernelDrops } from './kernel-drops.ts';
import { addStatsdLine } from './statsd-line.ts';

/** A listening socket for StatsD. */
export type StatsdInput = {
  readonly status: () => InputStatus;
  /** Reads the kernel's count of drops again. */
  readonly refresh: () => Promise<void>;
  readonly close: () => void;
};

const LOOPBACK = '127.0.0.1';
/** Bytes for datagrams that wait. The kernel cuts it to net.core.rmem_max. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/**
 * Listens for StatsD and DogStatsD on loopback, and adds each line to its series. Resolves with undefined if another program has the port.
 * @throws Error if the port cannot be used for another reason
 */
export async function listenStatsd(port: number, registry: Registry): Promise<StatsdInput | undefined> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER });
  let received = 0;
  let invalid = 0;
  let dropped = 0;

  function addLine(line: string): void {
    received += 1;
    const fate = addStatsdLine(registry, line);
    if (fate === 'invalid' || fate === 'unsupported') invalid += 1;
  }

  socket.on('message', (packet) => {
    if (packet.length === 0 || !isUtf8(packet)) {
      received += 1;
      invalid += 1;
      return;
    }
    const text = packet.toString();
    if (!text.includes('\n')) return addLine(text);
    for (const line of text.split('\n')) if (line !== '') addLine(line);
  });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address: LOOPBACK, port, exclusive: true });
    await listening;
  } catch (error) {
    socket.close();
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  // A failure to read one datagram must not stop the agent.
  socket.on('error', () => undefined);
  const bound = socket.address().port;
  return {
    status: () => ({
      input: `statsd ${LOOPBACK}:${bound}`,
      state: 'listening',
      received,
      invalid,
      kernelDropped: dropped,
    }),
    async refresh() {
      dropped = (await kernelDrops(LOOPBACK, bound)) ?? dropped;
    },
    close: () => void socket.close(),
  };
}
