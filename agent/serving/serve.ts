import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { isOwnHost, isOwnOrigin } from '../../common/own-hosts.ts';
import { limitConnections } from './limit-connections.ts';
import { listenOnPath } from './socket-path.ts';

/** Where something is served: an address and port, or a unix socket. */
export type Place = { readonly address: string; readonly port: number } | { readonly path: string };

/** A request that may be answered: `path` is without its query, which `url` has. */
export type Call = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: string;
};

/** What is served, until it is closed. */
export type Serving = { readonly close: () => void };

/** How long a request may take to come, and a connection may say and take nothing, in milliseconds. */
const REQUEST_LIMIT_MS = 5000;
const SILENCE_LIMIT_MS = 15_000;
const CHECK_MS = 1000;
const MOST_CONNECTIONS = 64;

/**
 * Serves HTTP without TLS and credentials. On an address, requests for another host are refused, and those of pages of other
 * sites: a browser on this machine must not do for a page what it may do itself. `hosts`: further names of this machine.
 * @throws Error when the place is taken or not ours
 */
export async function serve(
  place: Place,
  hosts: readonly string[],
  answer: (call: Call) => void,
): Promise<Serving> {
  const names = [hostname(), ...hosts];
  const server = createServer({
    requestTimeout: REQUEST_LIMIT_MS,
    headersTimeout: REQUEST_LIMIT_MS,
    keepAliveTimeout: REQUEST_LIMIT_MS,
    connectionsCheckingInterval: CHECK_MS,
  });
  server.timeout = SILENCE_LIMIT_MS;
  limitConnections(server, MOST_CONNECTIONS);
  server.on('request', (request, response) => {
    if (request.socket.destroyed) return;
    const url = URL.parse(request.url ?? '/', 'http://agent');
    const refusal = url === null ? BAD_REQUEST : refusalOf(request, 'path' in place ? undefined : names);
    if (url === null || refusal !== undefined) refuse(response, refusal ?? BAD_REQUEST);
    else answer({ request, response, path: url.pathname, query: url.search });
  });
  if ('path' in place) {
    await listenOnPath(server, place.path);
  } else {
    const listening = once(server, 'listening');
    server.listen(place.port, place.address);
    await listening;
  }
  // A connection that could not be accepted is nobody's failure.
  server.on('error', () => undefined);
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Why something is not answered: its status, and a line for whoever asked. */
export type Refusal = { readonly status: number; readonly line: string; readonly allow?: string };

/** Says so. */
export function refuse(response: ServerResponse, { status, line, allow }: Refusal): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, allow === undefined ? headers : { ...headers, allow });
  response.end(`${line}\n`);
}

const BAD_REQUEST: Refusal = { status: 400, line: 'the request names no path, or several hosts' };

/** `names`: those of this machine; undefined where no browser comes, on a socket. */
function refusalOf(
  { headers: { host, origin }, headersDistinct }: IncomingMessage,
  names: readonly string[] | undefined,
): Refusal | undefined {
  if ((headersDistinct['host'] ?? []).length > 1) return BAD_REQUEST;
  if (!isOwnOrigin(origin, host ?? '')) {
    return { status: 403, line: `a page of ${JSON.stringify(origin)} may not ask here` };
  }
  // HTTP/1.0 has no Host, and no browser speaks it.
  if (names === undefined || host === undefined || isOwnHost(host, { names })) return undefined;
  return {
    status: 421,
    line: `${JSON.stringify(host)} is no name of this machine; DAYBREAK_AGENT_HOST=NAME,… adds further ones`,
  };
}
