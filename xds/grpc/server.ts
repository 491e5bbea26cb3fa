import {
  constants,
  performServerHandshake,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { closeAfterEnd } from './close-after.ts';
import { Connection } from './connection.ts';
import { timeoutOf } from './deadline.ts';
import { keepAlive, type KeepAlive } from './keep-alive.ts';
import { limitAge, type MaxAge } from './max-age.ts';
import { ServerCall, type CallReader } from './server-call.ts';
import type { MessageDecoder } from './message-splitter.ts';
import { status } from './status.ts';

/** Handles a call: returns the callbacks for its messages. */
export type Method = (call: ServerCall) => CallReader;

/** Options of a server. */
export type GrpcServerOptions = {
  /** Admits calls: calls `enter`, at once or later, or ends the call. Runs before the method. Default: all calls are admitted. */
  readonly guard?: (call: ServerCall, enter: () => void) => void;
  /** Default: none. The server then notices a vanished peer only when the kernel gives up. */
  readonly keepAlive?: KeepAlive;
  /** Default: connections have no maximum age. */
  readonly maxAge?: MaxAge<Connection> | undefined;
  /** The longest message that the server reads, in bytes. Default: 4 MiB. */
  readonly mostMessageBytes?: number;
  /** Decoders of compressed messages, by the name of their encoding. Default: none, and a compressed message ends its call. */
  readonly decoders?: Readonly<Record<string, MessageDecoder>>;
};

/** A gRPC server over HTTP/2. Its owner accepts the connections and passes them to `serve`. */
export type GrpcServer = {
  /** Adds a method, by its path: `/package.Service/Method`. */
  readonly add: (path: string, method: Method) => void;
  /**
   * Serves gRPC on a connection, plain text or TLS. `peer`: the client's address, `HOST:PORT`; default: the socket's remote address. `since`: when it was
   * accepted, in milliseconds of `performance.now()`; default: now.
   */
  readonly serve: (socket: Socket, peer?: string, since?: number) => Connection;
  /** Sends GOAWAY on all connections. Resolves when the last call is over and all connections are closed. */
  readonly drain: () => Promise<void>;
  /** Ends all connections at once. */
  readonly close: () => void;
};

const MIB = 2 ** 20;

/** Concurrent calls per connection; more wait at the client. */
const MOST_CALLS = 1000;

const SESSION = {
  settings: { maxConcurrentStreams: MOST_CALLS, enablePush: false },
  // Responses may have any size. At most one per stream waits for a slow client.
  maxSessionMemory: Number.MAX_SAFE_INTEGER,
};

/** Creates a server without methods. */
export function createGrpcServer(options: GrpcServerOptions = {}): GrpcServer {
  const { guard, mostMessageBytes = 4 * MIB } = options;
  const methods = new Map<string, Method>();
  const sessions = new Set<ServerHttp2Session>();
  /** Includes sockets whose session is closed: their last bytes may be in flight for minutes if the client is cut off. */
  const sockets = new Set<Socket>();
  let drained: (() => void) | undefined;

  function open(call: ServerCall): void {
    // The guard runs first: an unauthenticated caller must not learn which methods exist.
    if (guard === undefined) enter(call);
    else guard(call, () => enter(call));
  }

  function enter(call: ServerCall): void {
    const method = methods.get(call.path);
    if (method !== undefined) {
      const reader = method(call);
      return call.read(reader, reader.mostMessageBytes ?? mostMessageBytes, options.decoders);
    }
    call.end(status.UNIMPLEMENTED, `this server has no method ${call.path.slice(0, 200)}`);
  }

  function onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: Connection): void {
    const refusal = httpStatusFor(headers);
    if (refusal !== undefined) return refuse(stream, refusal);
    const call = new ServerCall(stream, headers, connection);
    try {
      endAtDeadline(call);
      open(call);
    } catch (error) {
      call.fail(error);
    }
  }

  return {
    add(path, method) {
      methods.set(path, method);
    },
    serve(socket, peer, since) {
      const connection = new Connection(socket, peer, since);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      const session = performServerHandshake(socket, SESSION);
      sessions.add(session);
      if (options.keepAlive !== undefined) keepAlive(session, socket, options.keepAlive, connection);
      if (options.maxAge !== undefined) limitAge(session, connection, options.maxAge);
      session.on('error', ignored);
      session.on('close', () => {
        sessions.delete(session);
        if (sessions.size === 0) drained?.();
      });
      session.on('stream', (stream, headers) => onStream(stream, headers, connection));
      if (drained !== undefined) session.close();
      return connection;
    },
    drain() {
      const { promise, resolve } = Promise.withResolvers<void>();
      drained = resolve;
      for (const session of sessions) session.close();
      if (sessions.size === 0) resolve();
      return promise;
    },
    close() {
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** 'close' follows each error. */
function ignored(): void {}

/** Ends a call when the time that its caller allowed is over. */
function endAtDeadline(call: ServerCall): void {
  const timeout = timeoutOf(first(call.headers['grpc-timeout']));
  if (timeout === undefined || timeout > LONGEST_TIMER_MS) return;
  const end = (): void => call.end(status.DEADLINE_EXCEEDED, `the call was to take ${timeout} ms at most`);
  const timer = setTimeout(end, timeout).unref();
  call.whenOver(() => clearTimeout(timer));
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Returns the HTTP status for a request that is not gRPC ("gRPC over HTTP2", Requests). */
function httpStatusFor(headers: IncomingHttpHeaders): number | undefined {
  if (headers[':method'] !== 'POST') return 405;
  return /^application\/grpc(?:[+;]|$)/.test(headers['content-type'] ?? '') ? undefined : 415;
}

function refuse(stream: ServerHttp2Stream, code: number): void {
  stream.on('error', ignored);
  stream.respond({ [constants.HTTP2_HEADER_STATUS]: code }, { endStream: true });
  closeAfterEnd(stream);
}

function first(field: string | string[] | undefined): string | undefined {
  return typeof field === 'string' ? field : field?.[0];
}
