import { createServer } from 'node:http';
import { cannotServeStatus } from './errors.ts';
import type { Status } from './status.ts';

/** Serves the status until it is closed. */
export type StatusServer = { readonly close: () => void };

const REQUEST_LIMIT_MS = 5000;
const MOST_CONNECTIONS = 64;

/**
 * `GET /status`, 200 whatever the health, as App Mesh's agent had it; anything else is 404 or 405. No TLS, no
 * credentials: it tells, and changes nothing.
 * @throws AgentError when the address cannot be listened on.
 */
export async function serveStatus(
  { address, port }: { readonly address: string; readonly port: number },
  read: () => Status,
): Promise<StatusServer> {
  const server = createServer({ requestTimeout: REQUEST_LIMIT_MS, keepAliveTimeout: REQUEST_LIMIT_MS });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('request', (request, response) => {
    if (new URL(request.url ?? '/', 'http://agent').pathname !== '/status') {
      response.writeHead(404).end();
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(`${JSON.stringify(read(), undefined, 2)}\n`);
    }
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause) => reject(cannotServeStatus(address, port, cause)));
  server.listen(port, address, resolve);
  await promise;
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
