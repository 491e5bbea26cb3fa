import { once } from 'node:events';
import { createServer, type Server, type Socket as Connection } from 'node:net';
import { createSocket, type Socket } from 'node:dgram';
import type { Family } from '../../common/addresses/ip-range.ts';
import { asOwner } from './as-owner.ts';
import type { Owner } from './probes.ts';
import { readSockets } from './sockets.ts';

/** Listeners on ports where nothing else listens. */
export type StandIns = { readonly close: () => void };

/** How long a stand-in keeps a connection that its caller leaves open. */
const HOLD_MS = 30_000;

/**
 * Listens on those of the ports where no process listens, so that redirected connections are accepted. Runs as `owner`, Envoy's user, so
 * that an Envoy that starts meanwhile can share the port. Closes a connection when its caller does.
 */
export async function standIn(
  ports: readonly number[],
  owner: Owner,
  families: readonly Family[],
): Promise<StandIns> {
  const taken = (await readSockets('tcp')).filter(({ listening }) => listening);
  const servers: Server[] = [];
  const open = new Set<Connection>();
  for (const port of new Set(ports)) {
    if (taken.some(({ local }) => local.port === port)) continue;
    const server = createServer((socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      // Keep the connection open until the kernel's socket list was read.
      socket.on('error', () => undefined).setTimeout(HOLD_MS, () => socket.destroy());
      socket.on('end', () => socket.destroy());
    });
    await asOwner(owner, () =>
      server.listen({ port, host: families.includes('ipv6') ? '::' : '0.0.0.0', reusePort: true }),
    );
    if (!server.listening) await once(server, 'listening');
    servers.push(server);
  }
  return {
    close: () => {
      for (const server of servers) server.close();
      // The namespace of a caller may have ended without a word.
      for (const socket of open) socket.destroy();
    },
  };
}

/** Echoes UDP packets if no process listens on the port; otherwise resolves with undefined. */
export async function echoUdp(port: number, owner: Owner, family: Family): Promise<Socket | undefined> {
  const taken = await readSockets('udp');
  if (taken.some(({ local }) => local.port === port)) return undefined;
  const socket = createSocket({ type: family === 'ipv4' ? 'udp4' : 'udp6', reusePort: true });
  socket.on('message', (message, from) => socket.send(message, from.port, from.address));
  // An answer has to come from the address to which queries are redirected.
  await asOwner(owner, () => socket.bind(port, family === 'ipv4' ? '127.0.0.1' : '::1'));
  return socket;
}
