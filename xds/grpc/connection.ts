import type { Socket } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import { formatHostPort } from '../../common/addresses/host-port.ts';

/** The connection that a call came over. */
export type Connection = {
  /** The client's address, `HOST:PORT`; `unknown` on a unix socket. It differs between the connections of one host. */
  readonly peer: string;
  /** Tracks writes: `begin` when one starts, `end` when it is flushed. */
  readonly writes: { begin(): void; end(): void; readonly arePending: boolean };
  /** The client's certificate; undefined if there is none, or if the server's authorities did not verify it. */
  certificate(): PeerCertificate | undefined;
};

/** Describes the connection of a socket. `peer`: the client's address, if the socket has another one (behind a load balancer). */
export function connectionOf(socket: Socket, peer: string = addressOf(socket)): Connection {
  let pending = 0;
  return {
    writes: {
      begin: () => void (pending += 1),
      end: () => void (pending -= 1),
      get arePending() {
        return pending > 0;
      },
    },
    peer,
    certificate() {
      if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
      const certificate = socket.getPeerCertificate();
      // Without a certificate, Node returns an empty object.
      return (certificate.raw as Buffer | undefined) === undefined ? undefined : certificate;
    },
  };
}

function addressOf({ remoteAddress: host, remotePort: port }: Socket): string {
  return host === undefined || port === undefined ? 'unknown' : formatHostPort({ host, port });
}
