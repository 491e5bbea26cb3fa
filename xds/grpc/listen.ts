import { once } from 'node:events';
import { createServer } from 'node:net';
import type { GrpcServer } from './server.ts';

/** An address: a port of a host (default: 127.0.0.1; port 0 picks a free one), or a unix socket. */
export type ListenAddress = { readonly host?: string; readonly port: number } | { readonly path: string };

/** A listening server. `port` is the actual port; 0 for a unix socket. */
export type GrpcListener = { readonly port: number; readonly close: () => void };

/** Listens in plain text and passes connections to a server. Rejects if the address cannot be bound. */
export async function listenGrpc(grpc: GrpcServer, address: ListenAddress): Promise<GrpcListener> {
  const server = createServer((socket) => grpc.serve(socket));
  server.listen('path' in address ? address : { host: '127.0.0.1', ...address });
  await once(server, 'listening');
  // A connection that cannot be accepted, for lack of file descriptors, must not affect the others.
  server.on('error', () => undefined);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    close() {
      server.close();
      grpc.close();
    },
  };
}
