import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorText } from '../../../../common/error-text.ts';

/** The server that X-Ray's SDKs ask for sampling rules, at the port of segments. */
export type SamplingServer = { readonly port: number; readonly close: () => void };

/** Answers of the two calls. A text of JSON, with its status. */
export type SamplingSource = (
  path: SamplingPath,
  body: string,
) => Promise<{ readonly status: number; readonly body: Buffer | string }>;

const PATHS = ['/GetSamplingRules', '/SamplingTargets'] as const;

/** A call of X-Ray's SDKs. */
export type SamplingPath = (typeof PATHS)[number];

const LOOPBACK = '127.0.0.1';
/** Bytes. SDKs report 25 rules at a time. */
const MOST_BODY = 256 * 1024;
const MOST_CONNECTIONS = 100;

/**
 * Serves GetSamplingRules and SamplingTargets over HTTP on loopback, as X-Ray's daemon does. Resolves with undefined if another program has
 * the port.
 * @throws Error if the port cannot be used for another reason
 */
export async function serveSampling(
  port: number,
  source: SamplingSource,
): Promise<SamplingServer | undefined> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    void answer(request, response, source);
  });
  server.maxConnections = MOST_CONNECTIONS;
  try {
    const listening = once(server, 'listening');
    server.listen({ host: LOOPBACK, port, exclusive: true });
    await listening;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  source: SamplingSource,
): Promise<void> {
  const path = PATHS.find((each) => each === request.url);
  try {
    // No page of a browser has business here.
    const isForeign = request.headers.origin !== undefined;
    if (path === undefined || request.method !== 'POST' || isForeign) {
      request.resume();
      return void response.writeHead(isForeign ? 403 : 404).end();
    }
    const body = await read(request);
    if (body === undefined) return void response.writeHead(413, { connection: 'close' }).end();
    const { status, body: text } = await source(path, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  } catch (error) {
    // A browser's page or a broken client gets no more than this.
    response.writeHead(502, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: errorText(error) }));
  }
}

async function read(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > MOST_BODY) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}
