import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { HostPort } from '../../common/addresses/host-port.ts';

/** A listener for TCP connections. */
export type Acceptor = {
  /** The bound port, also if port 0 was requested. */
  readonly address: HostPort;
  /** Accepts no more connections. Open connections stay. */
  close(): void;
};

// After a restart all proxies connect at once. That overflows Node's default backlog of 511, and the kernel resets connections
// that their clients believe to be open. The kernel caps the backlog at net.core.somaxconn.
const QUEUE = 65_535;

/** Listens on all addresses of the host, and passes each connection to `onConnection`. Rejects if an address cannot be bound. */
export async function accept(
  { host, port }: HostPort,
  onConnection: (socket: Socket) => void,
): Promise<Acceptor> {
  const servers: Server[] = [];
  let bound = port;
  const close = (): void => {
    for (const server of servers) server.close();
  };
  try {
    for (const { address } of await lookup(host, { all: true })) {
      const server = createServer(onConnection);
      servers.push(server);
      server.listen({ host: address, port: bound, backlog: QUEUE });
      await once(server, 'listening');
      bound = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    close();
    throw error;
  }
  return { address: { host, port: bound }, close };
}
