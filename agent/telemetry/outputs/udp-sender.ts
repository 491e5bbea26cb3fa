import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { withTimeout } from '../../../common/limits/with-timeout.ts';

/** A sender of datagrams to one daemon. */
export type UdpSender = {
  /**
   * Sends a datagram. Rejects if the name has no address, or the kernel knows that no program listens: always on this host,
   * seldom on other hosts.
   */
  readonly send: (datagram: Uint8Array) => Promise<void>;
  readonly close: () => void;
};

/** Limit of a look-up of the daemon's name, in milliseconds. */
const LOOKUP_MS = 5000;

/** Creates a sender. `host` is a name or an IP address; a name is resolved with the first datagram, and again after a failure. */
export function createUdpSender(host: string, port: number): UdpSender {
  let socket: Socket | undefined;

  async function connected(): Promise<Socket> {
    if (socket !== undefined) return socket;
    // The first address, IPv4 before IPv6: most daemons bind 0.0.0.0.
    const found = await withTimeout(LOOKUP_MS, `no address of ${host}`, lookup(host, { order: 'ipv4first' }));
    const made = createSocket(found.family === 6 ? 'udp6' : 'udp4');
    made.unref();
    try {
      made.connect(port, found.address);
      await once(made, 'connect');
    } catch (error) {
      made.close();
      throw error;
    }
    // ICMP says that nothing listens there.
    made.on('error', () => drop(made));
    socket = made;
    return made;
  }

  function drop(broken: Socket): void {
    if (socket !== broken) return;
    socket = undefined;
    broken.close();
  }

  return {
    async send(datagram) {
      const target = await connected();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      target.send(datagram, (error) => (error === null ? resolve() : reject(error)));
      try {
        await promise;
      } catch (error) {
        drop(target);
        throw error;
      }
    },
    close() {
      socket?.close();
      socket = undefined;
    },
  };
}
