import { errorText } from '../../common/error-text.ts';
import {
  connect as connectHttp2,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import { keepAlive, type KeepAlive } from './keep-alive.ts';
import { PREFIX_BYTES, splitMessages } from './message-splitter.ts';
import { status, type Status } from './status.ts';

/** A server's address: a host (a name, or an address without brackets) and port, or a unix socket. */
export type ServerAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Options of a call. */
export type CallOptions = {
  /** Undefined: plain text. Without `ca`, the certificate authorities that Node trusts. */
  readonly tls?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> | undefined;
  /** Request headers, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly keepAlive?: KeepAlive;
};

/** How a call ended: with the server's status, or with a status for the failure in between. */
export type CallOutcome = { readonly code: Status; readonly details: string };

/** Callbacks of a call. None is called after `onEnd`, nor after `close`. */
export type CallEvents = {
  /** The server has accepted the call: its response headers arrived. */
  readonly onHeaders: (peer: string) => void;
  /** A message. Its bytes are valid until this returns. */
  readonly onMessage: (message: Buffer) => void;
  readonly onEnd: (outcome: CallOutcome) => void;
};

/** A bidirectional call on a connection of its own. */
export type ClientCall = {
  readonly write: (message: Uint8Array) => void;
  /** Ends the call and its connection at once, in any state, without a callback. */
  readonly close: () => void;
};

/** Size of the flow-control windows, in bytes: a first configuration of some megabytes then takes few round trips. */
const WINDOW = 1024 * 1024;

/**
 * Connects, and starts a bidirectional call of a method ("gRPC over HTTP2"). There is no time limit: the owner closes a call that
 * takes too long. `close` leaves no socket open, even before TCP, TLS or HTTP/2 are established.
 */
export function openCall(
  address: ServerAddress,
  path: string,
  { tls, headers, keepAlive: pings }: CallOptions,
  events: CallEvents,
): ClientCall {
  const socket = connectSocket(address, tls);
  const session = connectHttp2(originOf(address, tls !== undefined), {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: WINDOW },
    // Otherwise Node ends a stream whose responses together are larger than 10 MB.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  });
  let lastError: Error | undefined;
  let outcome: CallOutcome | undefined;
  let isOver = false;

  const keepError = (error: Error): void => void (lastError ??= error);
  socket.on('error', keepError);
  session.on('error', keepError);
  session.once('connect', () => session.setLocalWindowSize(WINDOW));
  session.once('close', () => finish());
  if (pings !== undefined) keepAlive(session, socket, pings);

  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: path,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
    [constants.HTTP2_HEADER_TE]: 'trailers',
    ...headers,
  });
  const splitter = splitMessages(Infinity, 'identity', (message) => {
    if (!isOver) events.onMessage(message);
  });
  stream.on('error', keepError);
  stream.on('response', (fields) => {
    const failure = statusIn(fields) ?? httpFailure(fields);
    if (failure !== undefined) finish(failure);
    else if (!isOver) events.onHeaders(peerOf(socket, address));
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

  function finish(why = outcome ?? lost(stream.rstCode, lastError)): void {
    if (isOver) return;
    close();
    events.onEnd(why);
  }

  function close(): void {
    isOver = true;
    stream.close(constants.NGHTTP2_CANCEL);
    endConnection(session, socket);
  }

  return {
    write(message) {
      if (isOver || stream.destroyed || stream.writableEnded) return;
      const prefix = Buffer.alloc(PREFIX_BYTES);
      prefix.writeUInt32BE(message.length, 1);
      stream.write(Buffer.concat([prefix, message]));
    },
    close,
  };
}

function connectSocket(address: ServerAddress, tls: CallOptions['tls']): Socket {
  const socket =
    tls === undefined
      ? connectTcp(address)
      : connectTls({
          ...address,
          ...tls,
          ALPNProtocols: ['h2'],
          ...('host' in address && isIP(address.host) === 0 ? { servername: address.host } : {}),
        });
  socket.setNoDelay(true);
  return socket;
}

/** Before the session is established, Node closes neither the session with its socket nor the socket with its session. */
function endConnection(session: ClientHttp2Session, socket: Socket): void {
  session.destroy();
  socket.destroy();
}

function originOf(address: ServerAddress, isSecure: boolean): string {
  const scheme = isSecure ? 'https' : 'http';
  if ('path' in address) return `${scheme}://localhost`;
  const host = isIP(address.host) === 6 ? `[${address.host}]` : address.host;
  return `${scheme}://${host}:${address.port}`;
}

function peerOf({ remoteAddress, remotePort }: Socket, address: ServerAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  const host = remoteAddress?.includes(':') === true ? `[${remoteAddress}]` : remoteAddress;
  return `${host ?? address.host}:${remotePort ?? address.port}`;
}

function statusIn(fields: IncomingHttpHeaders): CallOutcome | undefined {
  const code = fields['grpc-status'];
  if (code === undefined) return undefined;
  const number = /^\d{1,2}$/.test(String(code)) ? Number(code) : status.UNKNOWN;
  const known = Object.values(status).find((each) => each === number);
  return { code: known ?? status.UNKNOWN, details: decoded(String(fields['grpc-message'] ?? '')) };
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
