import { randomUUID } from 'node:crypto';
import { maxHeaderSize, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../common/log.ts';
import { errorAnswer, type ErrorAnswer } from './error-answer.ts';
import { ApiError, unreadable } from './errors.ts';

/** What Node says of bytes that it cannot read as a request. `reason`: its parser's words. */
export type ReadError = Error & { readonly code?: string; readonly reason?: string };

/** Answers what never becomes a request, in the form of all other errors. */
export type NoRequests = {
  /** For fastify's `clientErrorHandler`. */
  readonly onReadError: (error: ReadError, socket: Duplex) => void;
  /** Adds what the server itself decides by default: a missing Host, an expectation, CONNECT. */
  addTo(app: FastifyInstance): void;
};

/** `connectRefused`: what CONNECT is answered. `requestTimeout`: milliseconds, as the server has it. */
export function createNoRequests(options: {
  readonly log: Log;
  readonly requestTimeout: number;
  readonly connectRefused: (url: string) => ApiError;
}): NoRequests {
  const { log, requestTimeout, connectRefused } = options;
  const latest = new WeakMap<Duplex, ServerResponse>();

  const end = (socket: Duplex, error: ApiError): void => {
    const before = latest.get(socket);
    // In the middle of an answer, another one would be read as part of it.
    const isAnswering = before?.headersSent === true && !before.writableFinished;
    if (!socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    const { headers, body } = lastAnswer(error, log);
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
        const answer = lastAnswer(error, log);
        response.writeHead(error.status, answer.headers).end(answer.body);
      });
    },
  };
}

// After which the connection is closed: where the next request would begin is not known.
function lastAnswer(error: ApiError, log: Log): ErrorAnswer {
  const id = randomUUID();
  log.debug({ reqId: id, error: error.code, reason: error.message }, 'no request');
  const { headers, body } = errorAnswer(error, id);
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
        `The request had not arrived after ${requestTimeout / 1000} seconds.`,
      );
    case undefined:
    default:
      return unreadable(`These bytes are no HTTP request: ${reason ?? message}.`);
  }
}

function unmetExpectation(expectation: string): ApiError {
  const message = `Value '${expectation.slice(0, 200)}' of the header Expect cannot be met: only 100-continue can.`;
  return new ApiError('ExpectationFailedException', message);
}

/** Which of several hosts was signed for could not be told. */
function requireOneHost({ httpVersion, rawHeaders }: IncomingMessage): void {
  const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  if (httpVersion === '1.0' ? hosts <= 1 : hosts === 1) return;
  throw unreadable(`A request has one header Host, and this one has ${hosts === 0 ? 'none' : hosts}.`);
}
