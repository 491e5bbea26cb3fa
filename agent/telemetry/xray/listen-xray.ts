import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { InputStatus } from '../input-status.ts';
import { kernelDrops } from '../statsd/kernel-drops.ts';
import { serveSampling, type SamplingSource } from './sampling/serve-sampling.ts';
import { parseDatagram, type Segment } from './segment.ts';

/** A listening socket for segments of X-Ray. */
export type XRayInput = {
  readonly status: () => InputStatus;
  /** Reads the kernel's count of drops again. */
  readonly refresh: () => Promise<void>;
  readonly close: () => void;
};

const LOOPBACK = '127.0.0.1';
/** Bytes for datagrams that wait. The kernel cuts it to net.core.rmem_max. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/**
 * Listens on loopback for the segments of Envoy and of the application's SDK, and answers the SDK about sampling rules. Resolves with undefined if another program has the port.
 * @throws Error if the port cannot be used for another reason
 */
export async function listenXRay(
  port: number,
  take: (segments: readonly Segment[]) => void,
  sampling: SamplingSource,
): Promise<XRayInput | undefined> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER });
  let received = 0;
  let invalid = 0;
  let dropped = 0;
  socket.on('message', (datagram) => {
    received += 1;
    const segment = parseDatagram(datagram);
    if (segment === undefined) invalid += 1;
    // A segment in progress is sent again when it ends.
    else take([segment]);
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
  // The same port for the SDKs' questions, unless another program has it there.
  const server = await serveSampling(bound, sampling);
  return {
    status: () => ({
      input: `xray ${LOOPBACK}:${bound}`,
      state: 'listening',
      received,
      invalid,
      kernelDropped: dropped,
    }),
    async refresh() {
      dropped = (await kernelDrops(LOOPBACK, bound)) ?? dropped;
    },
    close() {
      socket.close();
      server?.close();
    },
  };
}
