import { createServer } from 'node:http';
import { cannotServeStatus } from './errors.ts';
import type { Status } from './status.ts';

/** What is served: each made anew for each question. */
export type Served = {
  readonly status: () => Status;
  /** In Prometheus's text format. */
  readonly metrics: () => string;
};

/** Serves the status until it is closed. */
export type StatusServer = { readonly close: () => void };

const REQUEST_LIMIT_MS = 5000;
const MOST_CONNECTIONS = 64;

/**
 * `GET /status`, 200 whatever the health, as App Mesh's agent had it, and `GET /metrics`; anything else is 404 or 405. No TLS, no
 * credentials: it tells, and changes nothing.
 * @throws AgentError when the address cannot be listened on.
 */
export async function serveStatus(
  { address, port }: { readonly address: string; readonly port: number },
  { status, metrics }: Served,
): Promise<StatusServer> {
  const server = createServer({ requestTimeout: REQUEST_LIMIT_MS, keepAliveTimeout: REQUEST_LIMIT_MS });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://agent');
    if (pathname !== '/status' && pathname !== '/metrics') {
      response.writeHead(404).end();
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (pathname === '/status') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(`${JSON.stringify(status(), undefined, 2)}\n`);
    } else {
      response.writeHead(200, {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        'cache-control': 'no-store',
      });
      response.end(metrics());
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
