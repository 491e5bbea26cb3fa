import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { HostPort } from '../../common/host-port.ts';

/** TCP connections that come in. */
export type Acceptor = {
  /** The real port, also where 0 was asked for. */
  readonly address: HostPort;
  /** Takes no more. Those that are there stay. */
  close(): void;
};

// After a restart every proxy comes at once. Node's queue of 511 overflows then, and the kernel resets connections that
// their clients believe to be open; it shortens a longer queue to net.core.somaxconn.
const QUEUE = 65_535;

/** Hands over every connection to any of the host's addresses. Rejects when one cannot be had. */
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
