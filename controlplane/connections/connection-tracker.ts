import { BlockList, isIP, type Socket } from 'node:net';
import { formatHostPort, type HostPort } from '../../common/addresses/host-port.ts';
import { cidr, type Cidr } from '../../common/addresses/ip-range.ts';
import {
  createConnectionLimiter,
  type LimiterOptions,
  type ConnectionSlot,
  type CloseReason,
} from './connection-limiter.ts';
import { takeProxyHeader } from './take-proxy-header.ts';

/** An accepted connection. */
export type TrackedConnection = {
  /** The client's address, also behind a balancer. */
  readonly from: HostPort;
  /** The same as `HOST:PORT`. */
  readonly peer: string;
  readonly slot: ConnectionSlot;
  /** When it was accepted, in milliseconds of `performance.now()`. */
  readonly since: number;
};

/** Options of a connection tracker. */
export type TrackerOptions = Omit<LimiterOptions, 'onClosed'> & {
  /** The addresses of balancers that send PROXY protocol version 2 headers. Default: none. */
  readonly balancers?: readonly Cidr[];
  /** The time-out of a balancer's header, in milliseconds. Balancers send it immediately. Default: 5,000. */
  readonly headerMs?: number;
  /** Called for each closed connection; `reason`: the error in a balancer's header. */
  readonly onClosed: (why: CloseReason | 'header', address: string, reason?: string) => void;
};

/** Tracks the connections of a listener: their clients' addresses, and their slots in the limits. */
export type ConnectionTracker = {
  /**
   * Admits a new connection or closes it. `next` is called if it is admitted, after a balancer's header was read. `isBelowTls`: a TLS
   * socket will use this one, and `of` must find the connection by it.
   */
  track(socket: Socket, isBelowTls: boolean, next: (connection: TrackedConnection) => void): void;
  /** The details of a connection, or of the connection below a TLS socket; undefined if it is closed. */
  of(socket: Socket): TrackedConnection | undefined;
  /** The numbers of open connections. */
  counts(): { readonly known: number; readonly strangers: number };
};

/** Creates a tracker without connections. */
export function createConnectionTracker(options: TrackerOptions): ConnectionTracker {
  const { balancers = [], headerMs = 5000, onClosed } = options;
  const limiter = createConnectionLimiter(options);
  const byEndpoints = new Map<string, TrackedConnection>();
  const known = new WeakMap<Socket, TrackedConnection>();
  const isBalancer = membership(balancers);

  function keepEndpoints(socket: Socket, connection: TrackedConnection): void {
    const key = keyOf(socket);
    byEndpoints.set(key, connection);
    socket.on('close', () => {
      if (byEndpoints.get(key) === connection) byEndpoints.delete(key);
    });
  }

  return {
    track(socket, isBelowTls, next) {
      const { remoteAddress: host, remotePort: port } = socket;
      // The connection is already closed.
      if (host === undefined || port === undefined) return void socket.destroy();
      const since = performance.now();
      const slot = limiter.admit(socket, originOf(host));
      if (slot === undefined) return;
      const connectionFrom = (from: HostPort): TrackedConnection => ({
        from,
        peer: formatHostPort(from),
        slot,
        since,
      });
      const take = (connection: TrackedConnection): void => {
        known.set(socket, connection);
        if (isBelowTls) keepEndpoints(socket, connection);
        next(connection);
      };
      if (!isBalancer(host)) return take(connectionFrom({ host, port }));
      takeProxyHeader(socket, headerMs, (outcome) => {
        if ('refusal' in outcome) {
          socket.destroy();
          return onClosed('header', host, outcome.refusal);
        }
        const { from } = outcome;
        if (from !== undefined) slot.setAddress(originOf(from.host));
        take(connectionFrom(from ?? { host, port }));
      });
    },
    of(socket) {
      const connection = known.get(socket) ?? byEndpoints.get(keyOf(socket));
      if (connection !== undefined) known.set(socket, connection);
      return connection;
    },
    counts: () => limiter.counts(),
  };
}

function membership(ranges: readonly Cidr[]): (host: string) => boolean {
  if (ranges.length === 0) return () => false;
  const list = new BlockList();
  for (const { address, prefix, family } of ranges) list.addSubnet(address, prefix, family);
  return (host) => list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/** Returns the address for limits: an IPv6 client usually controls its whole /64 network, so that counts as one address. */
export function originOf(host: string): string {
  if (isIP(host) === 4) return host;
  const network = cidr(`${host}/64`);
  return 'value' in network && network.value.family === 'ipv6' && !host.startsWith('::ffff:')
    ? `${network.value.address}/64`
    : host;
}

/** Identifies an open connection by its endpoints, which a TLS socket shares with the connection below. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
