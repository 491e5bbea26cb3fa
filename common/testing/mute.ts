import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server that accepts connections and sends nothing. */
export type Mute = {
  readonly port: number;
  /** Number of open connections; undefined before the first one. */
  readonly open: () => number | undefined;
};

/** Starts a mute server on loopback, for one test. */
export async function startMute(): Promise<Mute> {
  const sockets = new Set<Socket>();
  let wasAny = false;
  const server = createServer((socket) => {
    wasAny = true;
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => sockets.delete(socket))
      .resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, open: () => (wasAny ? sockets.size : undefined) };
}
