import { once } from 'node:events';
import { createServer } from 'node:net';
import type { GrpcServer } from './server.ts';

/** An address: a port of a host (default: 127.0.0.1; port 0 is any that is free), or a unix socket. */
export type ListenAddress = { readonly host?: string; readonly port: number } | { readonly path: string };

/** A server that can be reached. `port` is the real one; 0 for a unix socket. */
export type GrpcListener = { readonly port: number; readonly close: () => void };

/** Lets clients reach a server, in plain text. Rejects when the address cannot be had. */
export async function listenGrpc(grpc: GrpcServer, address: ListenAddress): Promise<GrpcListener> {
  const server = createServer((socket) => grpc.serve(socket));
  server.listen('path' in address ? address : { host: '127.0.0.1', ...address });
  await once(server, 'listening');
  // A connection that could not be accepted, for want of file descriptors, is no failure of the others.
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
