import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import {
  openConnection,
  type ClientConnection,
  type ServerAddress,
} from '../../../xds/grpc/client-connection.ts';
import { errorText } from '../../../common/error-text.ts';
import { MessageSplitter, PREFIX_BYTES } from '../../../xds/grpc/message-splitter.ts';
import { status } from '../../../xds/grpc/status.ts';
import type { Outcome } from '../queue/parcel.ts';
import { printable } from './printable.ts';

/** A sender of unary calls of gRPC over one connection, which is opened again after it broke. */
export type GrpcSender = {
  /** Sends an encoded message. `isGzip`: its bytes are compressed. */
  readonly send: (message: Uint8Array, isGzip: boolean, signal: AbortSignal) => Promise<Outcome>;
  readonly close: () => void;
};

/** Options of a sender. */
export type GrpcSenderOptions = {
  readonly url: URL;
  /** The path of the method. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Limit of one call, in milliseconds. */
  readonly timeoutMs: number;
  /** Reads the message of an answer with status OK. Default: the receiver has accepted all items. */
  readonly onTaken?: (answer: Buffer) => Outcome;
  /** PEM texts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

/** Creates a sender. It connects with the first message. */
export function createGrpcSender({
  url,
  path,
  headers,
  timeoutMs,
  onTaken = () => ({ kind: 'taken' }),
  ...tls
}: GrpcSenderOptions): GrpcSender {
  let connection: ClientConnection | undefined;

  function connected(): ClientConnection {
    if (connection !== undefined && !connection.session.closed && !connection.session.destroyed)
      return connection;
    connection?.close();
    connection = openConnection(addressOf(url), { tls: url.protocol === 'https:' ? tls : undefined });
    return connection;
  }

  return {
    async send(message, isGzip, abort) {
      const current = connected();
      const { outcome, answer } = await call(
        current,
        message,
        AbortSignal.any([abort, AbortSignal.timeout(timeoutMs)]),
        {
          ...headers,
          [constants.HTTP2_HEADER_METHOD]: 'POST',
          [constants.HTTP2_HEADER_PATH]: path,
          [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
          [constants.HTTP2_HEADER_TE]: 'trailers',
          'grpc-timeout': `${timeoutMs}m`,
          ...(isGzip ? { 'grpc-encoding': 'gzip' } : {}),
        },
      );
      // A connection that no longer answers would fail each further call.
      if (outcome.kind === 'away') current.close();
      return outcome.kind === 'taken' ? onTaken(answer) : outcome;
    },
    close: () => connection?.close(),
  };
}

/** The end of a call, and the message of its answer. */
type Answered = { readonly outcome: Outcome; readonly answer: Buffer };

/** Bytes. Answers of OTLP are a few. */
const MOST_ANSWER = 64 * 1024;

async function call(
  connection: ClientConnection,
  message: Uint8Array,
  abort: AbortSignal,
  headers: Readonly<Record<string, string>>,
): Promise<Answered> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let answer = Buffer.alloc(0);
  const lost = (): void =>
    resolve({ kind: 'away', reason: connection.error()?.message ?? 'the connection was lost' });
  let stream: ClientHttp2Stream;
  try {
    stream = connection.session.request(headers, { signal: abort });
  } catch (error) {
    return { outcome: { kind: 'away', reason: errorText(error) }, answer };
  }
  connection.session.once('close', lost);
  let fields: IncomingHttpHeaders = {};
  stream.on('error', (error) =>
    resolve({ kind: 'away', reason: connection.error()?.message ?? error.message }),
  );
  stream.on('response', (response) => (fields = { ...fields, ...response }));
  stream.on('trailers', (trailers) => (fields = { ...fields, ...trailers }));
  const splitter = new MessageSplitter(
    MOST_ANSWER,
    'identity',
    (bytes) => void (answer = Buffer.from(bytes)),
  );
  const read = (chunk: Buffer): void => {
    try {
      splitter.push(chunk);
    } catch {
      // The status decides about the outcome; a message that is too long is not read.
      stream.off('data', read).resume();
    }
  };
  stream.on('data', read);
  stream.once('end', () => resolve(outcomeOf(fields)));
  stream.once('close', lost);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8('grpc-encoding' in headers ? 1 : 0, 0);
  prefix.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([prefix, message]));
  try {
    return { outcome: await promise, answer };
  } finally {
    connection.session.off('close', lost);
  }
}

/** Codes after which a client tries again. https://opentelemetry.io/docs/specs/otlp/#failures */
const RETRYABLE: readonly number[] = [
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
];

function outcomeOf(fields: IncomingHttpHeaders): Outcome {
  const http = Number(fields[':status']);
  const code = Number(fields['grpc-status'] ?? Number.NaN);
  if (code === status.OK) return { kind: 'taken' };
  const words = printable(String(fields['grpc-message'] ?? ''));
  if (Number.isNaN(code)) return { kind: 'away', reason: `HTTP ${http} without a status of gRPC` };
  const reason = `gRPC status ${code} ${words}`.trim();
  return RETRYABLE.includes(code) || canRecover(code, fields)
    ? { kind: 'away', reason }
    : { kind: 'refused', reason };
}

/**
 * A receiver that is full at the moment adds a `RetryInfo` to RESOURCE_EXHAUSTED. Without a `RetryInfo`, it will never accept the message,
 * for example because the message is too large.
 */
function canRecover(code: number, fields: IncomingHttpHeaders): boolean {
  const details = Buffer.from(String(fields['grpc-status-details-bin'] ?? ''), 'base64');
  return code === status.RESOURCE_EXHAUSTED && details.includes('google.rpc.RetryInfo');
}

function addressOf(url: URL): ServerAddress {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port) };
}
