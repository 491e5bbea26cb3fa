import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request keeps its connection, in milliseconds, while new connections need one. */
const LEAST_MS = 5000;

/**
 * Limits a server to `most` connections. A new connection evicts the longest idle one, or else the oldest request if that began at least
 * five seconds ago; otherwise the new connection is closed. So idle connections cannot exhaust the limit. Also closes connections that
 * pipeline requests.
 */
export function limitConnections(server: Server, most: number): void {
  // In the order in which the connections became idle.
  const idle = new Set<Socket>();
  const busySince = new Map<Socket, number>();

  server.on('connection', (socket: Socket) => {
    if (idle.size + busySince.size >= most && !makeRoom()) {
      socket.destroy();
      return;
    }
    idle.add(socket);
    socket.once('close', () => forget(socket));
  });
  server.on('request', ({ socket }, response) => {
    if (busySince.has(socket)) {
      socket.destroy();
      return;
    }
    idle.delete(socket);
    busySince.set(socket, performance.now());
    response.once('close', () => {
      busySince.delete(socket);
      if (!socket.destroyed) idle.add(socket);
    });
  });

  function makeRoom(): boolean {
    const [longest] = idle;
    const [oldest, since = Infinity] = busySince.entries().next().value ?? [];
    const chosen = longest ?? (performance.now() - since >= LEAST_MS ? oldest : undefined);
    if (chosen === undefined) return false;
    chosen.destroy();
    forget(chosen);
    return true;
  }

  function forget(socket: Socket): void {
    idle.delete(socket);
    busySince.delete(socket);
  }
}
