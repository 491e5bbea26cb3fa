import {
  Agent as PlainAgent,
  request as plainRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Outcome } from '../queue/parcel.ts';
import { printable } from './printable.ts';

/** A request of OTLP over HTTP. */
export type OtlpRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** Sends requests over connections that stay open. */
export type HttpSender = {
  readonly send: (request: OtlpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
  readonly close: () => void;
};

/** The answer of a receiver. */
export type HttpAnswer = {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
};

/** Options of a sender. */
export type HttpSenderOptions = {
  /** Limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  /** PEM texts. Undefined: the authorities that Node trusts, and no certificate of our own. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

/** Bytes. Answers of OTLP are a few. */
const MOST_ANSWER = 64 * 1024;

/** Creates a sender over HTTP/1.1. */
export function createHttpSender({ timeoutMs, ...tls }: HttpSenderOptions): HttpSender {
  const agents = {
    http: new PlainAgent({ keepAlive: true, maxSockets: 2 }),
    https: new TlsAgent({ keepAlive: true, maxSockets: 2, ...tls }),
  };
  return {
    async send({ url, headers, body }, signal) {
      const isTls = url.protocol === 'https:';
      const options: RequestOptions = {
        method: 'POST',
        agent: isTls ? agents.https : agents.http,
        headers: { ...headers, 'content-length': body.length },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      };
      const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
      const outgoing = isTls ? tlsRequest(url, options) : plainRequest(url, options);
      outgoing.on('error', reject);
      outgoing.once('response', (incoming) => readAnswer(incoming, resolve, reject));
      outgoing.end(body);
      return promise;
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function readAnswer(
  incoming: IncomingMessage,
  resolve: (answer: HttpAnswer) => void,
  reject: (error: Error) => void,
): void {
  const parts: Buffer[] = [];
  let size = 0;
  incoming.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= MOST_ANSWER) parts.push(part);
  });
  incoming.once('error', reject);
  incoming.once('end', () =>
    resolve({
      status: incoming.statusCode ?? 0,
      retryAfter: incoming.headers['retry-after'],
      body: Buffer.concat(parts),
    }),
  );
}

/**
 * Statuses after which a client tries again. After any other failure, OTLP forbids another attempt, which would hold up the requests after it.
 * https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
 */
const RETRYABLE = [429, 502, 503, 504];

/** Returns the result of a parcel by its HTTP response. */
export function outcomeOf({ status, retryAfter, body }: HttpAnswer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const reason = `HTTP ${status} ${printable(body.toString('latin1'))}`.trim();
  if (!RETRYABLE.includes(status)) return { kind: 'refused', reason };
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
  return { kind: 'away', reason, ...(seconds === undefined ? {} : { afterMs: 1000 * seconds }) };
}
