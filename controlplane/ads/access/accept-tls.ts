import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { Followed } from '../../../common/files/followed-files.ts';
import type { ServerCertificate } from '../../tls/server-certificate.ts';
import type { ClientCa } from './client-ca.ts';

/** What an ADS server shows, and whose certificates it asks for. */
export type AdsTls = {
  readonly certificate: Followed<ServerCertificate>;
  /** A client without a certificate, or with one that these did not issue, may come in, and is then not known by it. */
  readonly clientCa: Followed<ClientCa> | undefined;
};

/** TLS on connections that come in. */
export type TlsAcceptor = {
  /** Begins TLS on a connection. One on which it fails is closed. */
  readonly handshake: (socket: Socket) => void;
  /** Follows the files no longer, and cuts the connections that came by it. */
  readonly close: () => void;
};

/** How long a client may take to say who it is, in milliseconds. */
const HANDSHAKE_MS = 30_000;

/**
 * Hands over connections once TLS stands, with the certificate of the day. Connections that are there keep theirs. A client
 * that offers protocols has to offer `h2`; one that offers none, as an Envoy that was not told to, is taken to speak it.
 */
export function acceptTls(
  { certificate, clientCa }: AdsTls,
  onConnection: (socket: TLSSocket) => void,
): TlsAcceptor {
  const context = (): SecureContextOptions => {
    const { cert, key } = certificate.current();
    return { cert, key, ...(clientCa === undefined ? {} : { ca: clientCa.current().pem }) };
  };
  const server = createServer(
    {
      ...context(),
      ALPNProtocols: ['h2'],
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: clientCa !== undefined,
      rejectUnauthorized: false,
    },
    (socket) => onConnection(socket),
  );
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const begun = new Set<Socket>();
  const renew = (): void => server.setSecureContext(context());
  const stops = [certificate.onChange(renew), clientCa?.onChange(renew)];
  return {
    handshake(socket) {
      begun.add(socket);
      socket.once('close', () => begun.delete(socket));
      server.emit('connection', socket);
    },
    close() {
      for (const stop of stops) stop?.();
      for (const socket of begun) socket.destroy();
    },
  };
}
