import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { InputStatus } from './input-status.ts';
import { isPortTaken } from './port-taken.ts';
import { kernelDrops } from './statsd/kernel-drops.ts';

/** A listening UDP socket. */
export type UdpInput = {
  readonly port: number;
  readonly status: () => InputStatus;
  /** Reads the kernel's count of drops again. */
  readonly refresh: () => Promise<void>;
  /** Reads the datagrams that already wait in the kernel, for at most half a second. */
  readonly drain: () => Promise<void>;
  readonly close: () => void;
};

/** Options of a UDP input. */
export type UdpInputOptions = {
  /** The protocol in the status. */
  readonly name: string;
  readonly port: number;
  readonly take: (datagram: Buffer) => void;
  readonly counts: () => Pick<InputStatus, 'received' | 'invalid'>;
};

const LOOPBACK = '127.0.0.1';
/** Bytes for datagrams that wait. The kernel limits the number to net.core.rmem_max. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;
/** A socket without a datagram for this long is empty, and the most that a stop waits for that, in milliseconds. */
const QUIET_MS = 20;
const DRAIN_MS = 500;

/**
 * Listens for datagrams on loopback. Resolves with undefined if another program has the port.
 * @throws Error if the port cannot be used for another reason
 */
export async function listenUdp({
  name,
  port,
  take,
  counts,
}: UdpInputOptions): Promise<UdpInput | undefined> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER });
  let dropped = 0;
  let taken = 0;
  socket.on('message', (datagram) => {
    taken += 1;
    take(datagram);
  });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address: LOOPBACK, port, exclusive: true });
    await listening;
  } catch (error) {
    socket.close();
    if (isPortTaken(error)) return undefined;
    throw error;
  }
  // A failure to read one datagram must not stop the agent.
  socket.on('error', () => undefined);
  const bound = socket.address().port;
  return {
    port: bound,
    status: () => ({
      input: `${name} ${LOOPBACK}:${bound}`,
      state: 'listening',
      ...counts(),
      kernelDropped: dropped,
    }),
    async refresh() {
      dropped = (await kernelDrops(LOOPBACK, bound)) ?? dropped;
    },
    async drain() {
      const begin = performance.now();
      for (let before = -1; before !== taken && performance.now() - begin < DRAIN_MS; ) {
        before = taken;
        await delay(QUIET_MS);
      }
    },
    close: () => void socket.close(),
  };
}
