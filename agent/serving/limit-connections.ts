import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request may keep its connection where others are waiting for one. */
const LEAST_MS = 5000;

/**
 * Lets a server have `most` connections. A further one takes the place of the one that has been idle for longest, or of the longest
 * request, if that began five seconds ago; else it is closed. So connections without requests keep nobody away. A
 * connection that sends a request before the last is answered is closed.
 */
export function limitConnections(server: Server, most: number): void {
  // In the order in which they became so.
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
