import type { Socket } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import { formatHostPort } from '../../common/host-port.ts';

/** The connection that a call came over. */
export type Connection = {
  /** The client's address, `HOST:PORT`; `unknown` on a unix socket. Each connection of a host has its own. */
  readonly peer: string;
  /** Counts a write that has begun, and one that has left. */
  readonly writes: { begin(): void; end(): void; readonly arePending: boolean };
  /** The certificate that the client showed; undefined where there is none, or none that the server's authorities vouch for. */
  certificate(): PeerCertificate | undefined;
};

/** What there is to know of a socket. `peer`: where it comes from, where that is not what the socket says, behind a balancer. */
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
      // Where there is none, Node answers an object without members.
      return (certificate.raw as Buffer | undefined) === undefined ? undefined : certificate;
    },
  };
}

function addressOf({ remoteAddress: host, remotePort: port }: Socket): string {
  return host === undefined || port === undefined ? 'unknown' : formatHostPort({ host, port });
}
