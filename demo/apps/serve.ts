import type { Server } from 'node:http';

/** Listens on a port of all addresses, prints that on stdout, and ends with the last connection after a SIGTERM. */
export function serve(server: Server, port: number, name: string): void {
  // Longer than Envoy keeps an idle connection to this server: if the server closed the connection first, a request could already be in flight.
  server.keepAliveTimeout = 3_600_000;
  server.listen(port, () => process.stdout.write(`${name}: listening on port ${port}\n`));
  process.once('SIGTERM', () => {
    server.close();
    server.closeIdleConnections();
  });
}
