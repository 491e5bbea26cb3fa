import type { Socket } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import { formatHostPort } from '../../common/addresses/host-port.ts';

/** The connection that calls come over. A class, because a server has thousands: each closure of each would take memory. */
export class Connection {
  /** The client's address, `HOST:PORT`; `unknown` on a unix socket. It differs between the connections of one host. */
  readonly peer: string;
  /** When the connection was accepted, before TLS: milliseconds of `performance.now()`. */
  readonly since: number;
  readonly #socket: Socket;
  #pendingWrites = 0;

  /** `peer`: the client's address, if the socket has another one (behind a load balancer). `since`: default: now. */
  constructor(socket: Socket, peer: string = addressOf(socket), since: number = performance.now()) {
    this.peer = peer;
    this.since = since;
    this.#socket = socket;
  }

  /** A write was started. */
  beginWrite(): void {
    this.#pendingWrites += 1;
  }

  /** A write was flushed, or failed. */
  endWrite(): void {
    this.#pendingWrites -= 1;
  }

  /** Whether a write is not flushed. */
  get isWriting(): boolean {
    return this.#pendingWrites > 0;
  }

  /** Returns the client's certificate; undefined if there is none, or if the server's authorities did not verify it. */
  certificate(): PeerCertificate | undefined {
    const socket = this.#socket;
    return socket instanceof TLSSocket && socket.authorized ? this.presented() : undefined;
  }

  /**
   * Returns the certificate whose key the client has shown; undefined if there is none. No authority has verified it: the caller of this
   * has to verify all signatures and dates up to a root.
   */
  presented(): PeerCertificate | undefined {
    const socket = this.#socket;
    if (!(socket instanceof TLSSocket)) return undefined;
    const certificate = socket.getPeerCertificate();
    // Without a certificate, Node returns an empty object.
    return (certificate.raw as Buffer | undefined) === undefined ? undefined : certificate;
  }
}

function addressOf({ remoteAddress: host, remotePort: port }: Socket): string {
  return host === undefined || port === undefined ? 'unknown' : formatHostPort({ host, port });
}
