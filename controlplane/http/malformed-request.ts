import { randomUUID } from 'node:crypto';
import { maxHeaderSize, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../common/log.ts';
import { errorResponse, type ErrorResponse } from './error-response.ts';
import { ApiError, unreadable } from './errors.ts';

/** Node's error for bytes that it cannot parse as a request. `reason`: its parser's message. */
export type ReadError = Error & { readonly code?: string; readonly reason?: string };

/** Handlers that respond to malformed requests in the API's error format. */
export type MalformedRequestHandlers = {
  /** For fastify's `clientErrorHandler`. */
  readonly onReadError: (error: ReadError, socket: Duplex) => void;
  /** Replaces Node's own handling of a missing Host, of expectations and of CONNECT. */
  addTo(app: FastifyInstance): void;
};

/** Creates the handlers. `connectRefused`: the error for CONNECT. `requestTimeout`: the server's, in milliseconds. */
export function createMalformedRequestHandlers(options: {
  readonly log: Log;
  readonly requestTimeout: number;
  readonly connectRefused: (url: string) => ApiError;
}): MalformedRequestHandlers {
  const { log, requestTimeout, connectRefused } = options;
  const latest = new WeakMap<Duplex, ServerResponse>();

  const end = (socket: Duplex, error: ApiError): void => {
    const before = latest.get(socket);
    // In the middle of a response, the client would read another one as its continuation.
    const isAnswering = before?.headersSent === true && !before.writableFinished;
    if (!socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    const { headers, body } = closingResponse(error, log);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const status = `${error.status} ${STATUS_CODES[error.status] ?? ''}`;
    socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
  };

  return {
    onReadError: (error, socket) => end(socket, unreadableBytes(error, requestTimeout)),
    addTo(app) {
      app.addHook('onRequest', async ({ raw }, reply) => {
        latest.set(raw.socket, reply.raw);
        requireOneHost(raw);
      });
      app.server.on('connect', ({ url = '' }: IncomingMessage, socket: Duplex) =>
        end(socket, connectRefused(url)),
      );
      app.server.on('checkExpectation', ({ headers }: IncomingMessage, response: ServerResponse) => {
        const error = unmetExpectation(headers.expect ?? '');
        const answer = closingResponse(error, log);
        response.writeHead(error.status, answer.headers).end(answer.body);
      });
    },
  };
}

// The connection is closed after this response, because the start of the next request is unknown.
function closingResponse(error: ApiError, log: Log): ErrorResponse {
  const id = randomUUID();
  log.debug({ reqId: id, error: error.code, reason: error.message }, 'malformed request');
  const { headers, body } = errorResponse(error, id);
  const length = String(Buffer.byteLength(body));
  return { headers: { ...headers, 'content-length': length, connection: 'close' }, body };
}

function unreadableBytes({ code, reason, message }: ReadError, requestTimeout: number): ApiError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError(
        'RequestHeaderFieldsTooLargeException',
        `The request line and the headers together have more than ${maxHeaderSize} bytes.`,
      );
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ApiError(
        'RequestEntityTooLargeException',
        `The extensions of the body's chunks have more than ${maxHeaderSize} bytes.`,
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError(
        'RequestTimeoutException',
        `The request did not arrive within ${requestTimeout / 1000} seconds.`,
      );
    case undefined:
    default:
      return unreadable(`These bytes are not an HTTP request: ${reason ?? message}.`);
  }
}

function unmetExpectation(expectation: string): ApiError {
  const message = `Value '${expectation.slice(0, 200)}' of the header Expect is not supported: only 100-continue is.`;
  return new ApiError('ExpectationFailedException', message);
}

/** With several hosts, the one that the signature covers would be ambiguous. */
function requireOneHost({ httpVersion, rawHeaders }: IncomingMessage): void {
  const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  if (httpVersion === '1.0' ? hosts <= 1 : hosts === 1) return;
  throw unreadable(`A request has one header Host, but this one has ${hosts === 0 ? 'none' : hosts}.`);
}
