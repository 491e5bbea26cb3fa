import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { createSocket, type Socket } from 'node:dgram';
import type { Family } from '../../common/ip-range.ts';
import { asOwner } from './as-owner.ts';
import type { Owner } from './probes.ts';
import { readSockets } from './sockets.ts';

/** Stands in at ports where nothing listens. */
export type StandIns = { readonly close: () => void };

/**
 * Listens where nobody does, so that what is redirected there meets somebody, as `owner`, who is Envoy: an Envoy that starts at
 * this moment can share the port. Connections are closed again at once. Envoy's own ports are left to it.
 */
export async function standIn(
  ports: readonly number[],
  owner: Owner,
  families: readonly Family[],
): Promise<StandIns> {
  const taken = (await readSockets('tcp')).filter(({ listening }) => listening);
  const servers: Server[] = [];
  for (const port of new Set(ports)) {
    if (taken.some(({ local }) => local.port === port)) continue;
    const server = createServer((socket) => {
      // Held for the moment in which the kernel is asked for it.
      socket.on('error', () => undefined).setTimeout(2000, () => socket.destroy());
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
    },
  };
}

/** Answers UDP packets with themselves, where nobody listens; undefined where somebody does. */
export async function echoUdp(port: number, owner: Owner, family: Family): Promise<Socket | undefined> {
  const taken = await readSockets('udp');
  if (taken.some(({ local }) => local.port === port)) return undefined;
  const socket = createSocket({ type: family === 'ipv4' ? 'udp4' : 'udp6', reusePort: true });
  socket.on('message', (message, from) => socket.send(message, from.port, from.address));
  // An answer has to come from the address that questions are redirected to.
  await asOwner(owner, () => socket.bind(port, family === 'ipv4' ? '127.0.0.1' : '::1'));
  return socket;
}
