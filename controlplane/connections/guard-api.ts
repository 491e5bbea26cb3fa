import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { TrackedConnection, ConnectionTracker } from './connection-tracker.ts';

/**
 * Tracks and limits the API's connections. A connection counts as known from its first authenticated call; health checks do
 * not authenticate. A socket's remote address (for the log, the audit and limits) is the client's, not the balancer's.
 * Connections without a request do not delay closing the API.
 */
export function guardApi(app: FastifyInstance, tracker: ConnectionTracker): void {
  const server: Server = app.server;
  const silent = new Map<TrackedConnection, Socket>();
  const connected = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    tracker.track(socket, server instanceof TlsServer, (connection) => {
      showFrom(socket, connection);
      silent.set(connection, socket);
      socket.once('close', () => silent.delete(connection));
      for (const listener of connected) listener.call(server, socket);
    });
  });
  server.prependListener('secureConnection', (socket: Socket) => {
    const connection = tracker.of(socket);
    if (connection !== undefined) showFrom(socket, connection);
  });
  app.addHook('onRequest', async ({ raw }) => {
    const connection = tracker.of(raw.socket);
    if (connection !== undefined) silent.delete(connection);
  });
  app.addHook('preHandler', async ({ call, raw }, reply) => {
    if (call.caller === undefined) return;
    const end = tracker.of(raw.socket)?.slot.beginCall();
    if (end !== undefined) reply.raw.once('close', end);
  });
  app.addHook('preClose', async () => {
    for (const socket of silent.values()) socket.destroy();
  });
}

function showFrom(socket: Socket, { from: { host, port } }: TrackedConnection): void {
  if (socket.remoteAddress === host && socket.remotePort === port) return;
  Object.defineProperties(socket, { remoteAddress: { value: host }, remotePort: { value: port } });
}
