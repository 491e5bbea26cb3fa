import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import { keepAlive, type KeepAlive } from './keep-alive.ts';

/** A server's address: a host (a name, or an address without brackets) and port, or a unix socket. */
export type ServerAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Options of a connection. */
export type ConnectionOptions = {
  /** Undefined: plain text. Without `ca`, the certificate authorities that Node trusts. */
  readonly tls?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> | undefined;
  readonly keepAlive?: KeepAlive;
};

/** An HTTP/2 connection to a server, which may not be established yet. */
export type ClientConnection = {
  readonly session: ClientHttp2Session;
  /** The server's actual address, `HOST:PORT` or `unix:PATH`. */
  readonly peer: () => string;
  /** The first error of the connection. */
  readonly error: () => Error | undefined;
  readonly keepError: (error: Error) => void;
  /** Ends it at once, with all of its calls. */
  readonly close: () => void;
};

/** Size of the flow-control windows, in bytes: a first configuration of some megabytes then takes few round trips. */
const WINDOW = 1024 * 1024;

/** Connects. There is no time limit. `close` leaves no socket open, even before TCP, TLS or HTTP/2 are established. */
export function openConnection(
  address: ServerAddress,
  { tls, keepAlive: pings }: ConnectionOptions,
): ClientConnection {
  const socket = connectSocket(address, tls);
  const session = connectHttp2(originOf(address, tls !== undefined), {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: WINDOW },
    // Otherwise Node ends a stream whose responses together are larger than 10 MB.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  });
  let firstError: Error | undefined;
  const keepError = (error: Error): void => void (firstError ??= error);
  socket.on('error', keepError);
  session.on('error', keepError);
  session.once('connect', () => session.setLocalWindowSize(WINDOW));
  if (pings !== undefined) keepAlive(session, socket, pings);
  return {
    session,
    peer: () => peerOf(socket, address),
    error: () => firstError,
    keepError,
    close() {
      // Before the session is established, Node closes neither the session with its socket nor the socket with its session.
      session.destroy();
      socket.destroy();
    },
  };
}

function connectSocket(address: ServerAddress, tls: ConnectionOptions['tls']): Socket {
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
