import type { Server, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Arrival, Entrance } from './entrance.ts';

/**
 * Lets connections come to the API by an entrance. One counts as known from its first call of a caller who was found out, health
 * checks do not count. What asks a socket where it comes from (the log, the audit, limits) is told of the client, not of a balancer. When the API closes, connections without a request do not hold it up.
 */
export function guardApi(app: FastifyInstance, entrance: Entrance): void {
  const server: Server = app.server;
  const silent = new Map<Arrival, Socket>();
  const connected = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    entrance.arrive(socket, (arrival) => {
      showFrom(socket, arrival);
      silent.set(arrival, socket);
      socket.once('close', () => silent.delete(arrival));
      for (const listener of connected) listener.call(server, socket);
    });
  });
  server.prependListener('secureConnection', (socket: Socket) => {
    const arrival = entrance.of(socket);
    if (arrival !== undefined) showFrom(socket, arrival);
  });
  app.addHook('onRequest', async ({ raw }) => {
    const arrival = entrance.of(raw.socket);
    if (arrival !== undefined) silent.delete(arrival);
  });
  app.addHook('preHandler', async ({ call, raw }, reply) => {
    if (call.caller === undefined) return;
    const end = entrance.of(raw.socket)?.place.begin();
    if (end !== undefined) reply.raw.once('close', end);
  });
  app.addHook('preClose', async () => {
    for (const socket of silent.values()) socket.destroy();
  });
}

function showFrom(socket: Socket, { from: { host, port } }: Arrival): void {
  if (socket.remoteAddress === host && socket.remotePort === port) return;
  Object.defineProperties(socket, { remoteAddress: { value: host }, remotePort: { value: port } });
}
