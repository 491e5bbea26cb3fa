import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { Followed } from '../../../common/files/followed-files.ts';
import type { ServerCertificate } from '../../tls/server-certificate.ts';
import type { ClientCa } from './client-ca.ts';
import { createHandshakeQueue } from './handshake-queue.ts';

/** The certificate of an ADS server, and the authorities whose client certificates it asks for. */
export type AdsTls = {
  readonly certificate: Followed<ServerCertificate>;
  /** A client without a certificate, or with one of another authority, may connect, but is not authenticated by it. */
  readonly clientCa: Followed<ClientCa> | undefined;
  /** Whether to ask clients for a certificate without `clientCa` too: the control plane verifies its own certificates itself. */
  readonly hasAuthority?: boolean;
};

/** TLS on incoming connections. */
export type TlsAcceptor = {
  /** Starts the TLS handshake on a connection as soon as the control plane keeps up, and closes the connection if the handshake fails. */
  readonly handshake: (socket: Socket) => void;
  /** Stops following the files, and cuts the connections that it accepted. */
  readonly close: () => void;
};

/** Time-out of a TLS handshake, in milliseconds. */
const HANDSHAKE_MS = 30_000;

/**
 * Passes connections on after the TLS handshake, with the current certificate. Open connections keep theirs. A client that
 * offers ALPN protocols has to offer `h2`; a client that offers none, such as an Envoy without that setting, is assumed to
 * speak HTTP/2.
 */
export function acceptTls(
  { certificate, clientCa, hasAuthority = false }: AdsTls,
  onConnection: (socket: TLSSocket) => void,
): TlsAcceptor {
  const context = (): SecureContextOptions => {
    const { cert, key } = certificate.current();
    // Without a list, Node would trust the public authorities of the web.
    return { cert, key, ca: clientCa === undefined ? [] : [clientCa.current().pem] };
  };
  const server = createServer(
    {
      ...context(),
      ALPNProtocols: ['h2'],
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: clientCa !== undefined || hasAuthority,
      rejectUnauthorized: false,
    },
    (socket) => onConnection(socket),
  );
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const all = new Set<Socket>();
  const queue = createHandshakeQueue<Socket>({
    begin: (socket) => void server.emit('connection', socket),
    isGone: (socket) => socket.destroyed,
  });
  const renew = (): void => server.setSecureContext(context());
  const stops = [certificate.onChange(renew), clientCa?.onChange(renew)];
  return {
    handshake(socket) {
      all.add(socket);
      socket.once('close', () => all.delete(socket));
      queue.add(socket);
    },
    close() {
      queue.close();
      for (const stop of stops) stop?.();
      for (const socket of all) socket.destroy();
    },
  };
}
