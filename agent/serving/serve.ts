import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { isOwnHost, isOwnOrigin } from '../../common/addresses/own-hosts.ts';
import { limitConnections } from './limit-connections.ts';
import { listenOnPath } from './socket-path.ts';

/** Where a server listens: an address and port, or a unix socket. */
export type ListenAddress = { readonly address: string; readonly port: number } | { readonly path: string };

/** An accepted request. `path` excludes the query; `query` begins with `?` or is empty. */
export type Call = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: string;
};

/** A running server. */
export type Serving = { readonly close: () => void };

/** A running server, with its actual port; 0 for a unix socket. */
export type ListeningServer = Serving & { readonly port: number };

/** Time limits in milliseconds: for receiving a request, and for a connection without data in either direction. */
const REQUEST_LIMIT_MS = 5000;
const SILENCE_LIMIT_MS = 15_000;
const CHECK_MS = 1000;
const MOST_CONNECTIONS = 64;

/** Limits of a server's connections. */
export type ConnectionLimits = {
  /** Default: 64. */
  readonly most?: number;
  /** How long a connection may be idle between two requests, in milliseconds. Default: 5000. */
  readonly idleMs?: number;
};

/**
 * Serves HTTP without TLS and authentication. Refuses requests from pages of other sites and, on an address, requests for other hosts:
 * a web page must not use the rights of a browser on this machine. `hosts` are additional names of this machine.
 * @throws Error if the address or socket is in use, or this user may not listen there
 */
export async function serve(
  place: ListenAddress,
  hosts: readonly string[],
  answer: (call: Call) => void,
  { most = MOST_CONNECTIONS, idleMs = REQUEST_LIMIT_MS }: ConnectionLimits = {},
): Promise<ListeningServer> {
  const names = [hostname(), ...hosts];
  const server = createServer({
    requestTimeout: REQUEST_LIMIT_MS,
    headersTimeout: REQUEST_LIMIT_MS,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: CHECK_MS,
  });
  server.timeout = SILENCE_LIMIT_MS;
  limitConnections(server, most);
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
  // A failure to accept one connection must not stop the agent.
  server.on('error', () => undefined);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A refused request: the status, and a line of text for the client. */
export type Refusal = { readonly status: number; readonly line: string; readonly allow?: string };

/** Answers a request with a refusal. */
export function refuse(response: ServerResponse, { status, line, allow }: Refusal): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, allow === undefined ? headers : { ...headers, allow });
  response.end(`${line}\n`);
}

const BAD_REQUEST: Refusal = {
  status: 400,
  line: 'the request has no valid path, or more than one Host header',
};

/** `names` are the names of this machine; undefined on a unix socket, which browsers do not use. */
function refusalOf(
  { headers: { host, origin }, headersDistinct }: IncomingMessage,
  names: readonly string[] | undefined,
): Refusal | undefined {
  if ((headersDistinct['host'] ?? []).length > 1) return BAD_REQUEST;
  if (!isOwnOrigin(origin, host ?? '')) {
    return { status: 403, line: `requests from pages of ${JSON.stringify(origin)} are not allowed` };
  }
  // HTTP/1.0 has no Host, and browsers do not use HTTP/1.0.
  if (names === undefined || host === undefined || isOwnHost(host, { names })) return undefined;
  return {
    status: 421,
    line: `${JSON.stringify(host)} is not a name of this machine; DAYBREAK_AGENT_HOST=NAME,… adds names`,
  };
}
