import { createServer, type Server } from 'node:http';

/** How long the server is busy, in milliseconds: longer than a proxy might wait, shorter than the kernel's pause before a second SYN. */
const BUSY_MS = 900;

/** Starts a server with a backlog of one connection; after a request for `/busy` it accepts none for a while. */
export function serveNarrow(port: number, host: string | undefined): Server {
  const server = createServer((request, response) => {
    if (request.url === '/busy') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS);
    response.end('ok');
  });
  return server.listen({ port, host, backlog: 1 });
}
