import { errorText } from '../../common/error-text.ts';
import { constants, type IncomingHttpHeaders } from 'node:http2';
import {
  openConnection,
  type ClientConnection,
  type ConnectionOptions,
  type ServerAddress,
} from './client-connection.ts';
import { MessageSplitter, PREFIX_BYTES } from './message-splitter.ts';
import { PUSHBACK, status, type Status } from './status.ts';

/** Options of a call and its connection. */
export type CallOptions = ConnectionOptions & {
  /** Request headers, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** How a call ended: with the server's status, or with a status for the failure in between. */
export type CallOutcome = {
  readonly code: Status;
  readonly details: string;
  /** How long the server wants this client to wait before it tries again, in milliseconds. Undefined: not set. */
  readonly retryAfterMs?: number | undefined;
};

/** Callbacks of a call. None is called after `onEnd`, nor after `close`. */
export type CallEvents = {
  /** The server has accepted the call: its response headers arrived. */
  readonly onHeaders: (peer: string) => void;
  /** A message. Its bytes are valid until this returns. */
  readonly onMessage: (message: Buffer) => void;
  readonly onEnd: (outcome: CallOutcome) => void;
};

/** A bidirectional call. */
export type Call = {
  readonly write: (message: Uint8Array) => void;
  /** Whether messages wait here, because the server reads too slowly or the network is congested. */
  readonly isCongested: () => boolean;
  /** Ends the call at once, in any state, without a callback. */
  readonly close: () => void;
};

/** A call on a connection of its own, which ends with the call. */
export type ClientCall = Call & {
  /** Starts a further call on the connection, with the same headers. Unless it ends earlier, it ends with the connection. */
  readonly openBeside: (path: string, events: CallEvents) => Call;
};

/**
 * Connects, and starts a bidirectional call of a method ("gRPC over HTTP2"). There is no time limit: the owner closes a call that
 * takes too long. `close` leaves no socket open, even before TCP, TLS or HTTP/2 are established.
 */
export function openCall(
  address: ServerAddress,
  path: string,
  { headers, ...options }: CallOptions,
  events: CallEvents,
): ClientCall {
  const connection = openConnection(address, options);
  const call = startCall(connection, path, headers, events, () => connection.close());
  return {
    ...call,
    openBeside(besidePath, its) {
      try {
        return startCall(connection, besidePath, headers, its);
      } catch (error) {
        // The server has sent GOAWAY, or the connection is closed. Deferred, because the caller does not have the call yet.
        const late = setImmediate(() => its.onEnd({ code: status.UNAVAILABLE, details: errorText(error) }));
        return { write: () => undefined, isCongested: () => false, close: () => clearImmediate(late) };
      }
    },
  };
}

/** `afterClose`: called when the call is over, before its last callback. */
function startCall(
  { session, peer, error: connectionError, keepError }: ClientConnection,
  path: string,
  headers: CallOptions['headers'],
  events: CallEvents,
  afterClose: () => void = () => undefined,
): Call {
  let outcome: CallOutcome | undefined;
  let isOver = false;
  const connectionLost = (): void => finish();
  session.once('close', connectionLost);
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: path,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
    [constants.HTTP2_HEADER_TE]: 'trailers',
    ...headers,
  });
  const splitter = new MessageSplitter(Infinity, 'identity', (message) => {
    if (!isOver) events.onMessage(message);
  });
  stream.on('error', keepError);
  stream.on('response', (fields) => {
    const failure = statusIn(fields) ?? httpFailure(fields);
    if (failure !== undefined) finish(failure);
    else if (!isOver) events.onHeaders(peer());
  });
  stream.on('trailers', (fields) => void (outcome = statusIn(fields)));
  stream.on('data', (chunk: Buffer) => {
    try {
      splitter.push(chunk);
    } catch (error) {
      finish({ code: status.INTERNAL, details: errorText(error) });
    }
  });
  // The server has sent everything, even if this side is still open.
  stream.once('end', () => finish());
  stream.once('close', () => finish());

  function finish(why = outcome ?? lost(stream.rstCode, connectionError())): void {
    if (isOver) return;
    close();
    events.onEnd(why);
  }

  function close(): void {
    if (isOver) return;
    isOver = true;
    session.off('close', connectionLost);
    stream.close(constants.NGHTTP2_CANCEL);
    afterClose();
  }

  return {
    write(message) {
      if (isOver || stream.destroyed || stream.writableEnded) return;
      const prefix = Buffer.alloc(PREFIX_BYTES);
      prefix.writeUInt32BE(message.length, 1);
      stream.write(Buffer.concat([prefix, message]));
    },
    isCongested: () => stream.writableLength > 0,
    close,
  };
}

function statusIn(fields: IncomingHttpHeaders): CallOutcome | undefined {
  const code = fields['grpc-status'];
  if (code === undefined) return undefined;
  const number = /^\d{1,2}$/.test(String(code)) ? Number(code) : status.UNKNOWN;
  const known = Object.values(status).find((each) => each === number);
  const pushback = String(fields[PUSHBACK] ?? '');
  return {
    code: known ?? status.UNKNOWN,
    details: decoded(String(fields['grpc-message'] ?? '')),
    // A negative one means not to try again, which is up to the caller.
    ...(/^\d{1,9}$/.test(pushback) && { retryAfterMs: Number(pushback) }),
  };
}

/** Decodes a percent-encoded `grpc-message`; returns an invalid one unchanged. */
function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

/** Returns the outcome for an answer that is not gRPC, from a proxy or another server ("HTTP to gRPC Status Code Mapping"). */
function httpFailure(fields: IncomingHttpHeaders): CallOutcome | undefined {
  const http = Number(fields[':status']);
  const type = fields['content-type'] ?? '';
  if (http === 200 && type.startsWith('application/grpc')) return undefined;
  const code = HTTP_STATUS.get(http) ?? status.UNKNOWN;
  return {
    code,
    details: `it answered HTTP ${http} with content type ${JSON.stringify(type)}, which is no gRPC`,
  };
}

const HTTP_STATUS: ReadonlyMap<number, Status> = new Map([
  [400, status.INTERNAL],
  [401, status.UNAUTHENTICATED],
  [403, status.PERMISSION_DENIED],
  [404, status.UNIMPLEMENTED],
  [429, status.UNAVAILABLE],
  [502, status.UNAVAILABLE],
  [503, status.UNAVAILABLE],
  [504, status.UNAVAILABLE],
]);

/** Returns the outcome of a call that ended without a status. */
function lost(reset: number | undefined, error: Error | undefined): CallOutcome {
  const code = reset === undefined ? undefined : RESETS.get(reset);
  if (code !== undefined) return { code, details: `the stream was reset (HTTP/2 error code ${reset})` };
  return {
    code: status.UNAVAILABLE,
    details: error === undefined ? 'the connection was lost' : error.message,
  };
}

/** Reset codes with a gRPC status of their own ("gRPC over HTTP2", Errors). */
const RESETS: ReadonlyMap<number, Status> = new Map([
  [constants.NGHTTP2_REFUSED_STREAM, status.UNAVAILABLE],
  [constants.NGHTTP2_ENHANCE_YOUR_CALM, status.RESOURCE_EXHAUSTED],
  [constants.NGHTTP2_INADEQUATE_SECURITY, status.PERMISSION_DENIED],
]);
