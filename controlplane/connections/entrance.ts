import { BlockList, isIP, type Socket } from 'node:net';
import { formatHostPort, type HostPort } from '../../common/host-port.ts';
import { cidr, type Cidr } from '../../common/ip-range.ts';
import { createGate, type GateOptions, type Place, type TurnedAway } from './gate.ts';
import { takeProxyHeader } from './take-proxy-header.ts';

/** A connection that was taken. */
export type Arrival = {
  /** The client's address, behind a balancer too. */
  readonly from: HostPort;
  /** The same, `HOST:PORT`. */
  readonly peer: string;
  readonly place: Place;
};

/** What an entrance goes by. */
export type EntranceOptions = Omit<GateOptions, 'onTurnedAway'> & {
  /** Where balancers are, whose connections begin with a header of PROXY protocol version 2. Default: nowhere. */
  readonly balancers?: readonly Cidr[];
  /** How long a balancer's header may take, in milliseconds; it is sent at once. Default: 5,000. */
  readonly headerMs?: number;
  /** A connection was closed; `reason`: what is wrong with the header of a balancer. */
  readonly onTurnedAway: (why: TurnedAway | 'header', address: string, reason?: string) => void;
};

/** Where the connections of a listener come in. */
export type Entrance = {
  /** Takes a connection that was just accepted, or closes it. `next` is called where it may go on, at once or once its header was read. */
  arrive(socket: Socket, next: (arrival: Arrival) => void): void;
  /** What is known of a connection, or of TLS on it; undefined where it is closed. */
  of(socket: Socket): Arrival | undefined;
  /** How many there are. */
  counts(): { readonly known: number; readonly strangers: number };
};

/** Opens one without connections. */
export function createEntrance(options: EntranceOptions): Entrance {
  const { balancers = [], headerMs = 5000, onTurnedAway } = options;
  const gate = createGate(options);
  const arrivals = new Map<string, Arrival>();
  const known = new WeakMap<Socket, Arrival>();
  const trusted = new BlockList();
  for (const { address, prefix, family } of balancers) trusted.addSubnet(address, prefix, family);

  function take(socket: Socket, arrival: Arrival, next: (arrival: Arrival) => void): void {
    const key = keyOf(socket);
    known.set(socket, arrival);
    arrivals.set(key, arrival);
    socket.once('close', () => {
      if (arrivals.get(key) === arrival) arrivals.delete(key);
    });
    next(arrival);
  }

  return {
    arrive(socket, next) {
      const { remoteAddress: host, remotePort: port } = socket;
      // It is closed already.
      if (host === undefined || port === undefined) return void socket.destroy();
      const place = gate.enter(socket, originOf(host));
      if (place === undefined) return;
      const arrivalFrom = (from: HostPort): Arrival => ({ from, peer: formatHostPort(from), place });
      if (!trusted.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')) {
        return take(socket, arrivalFrom({ host, port }), next);
      }
      takeProxyHeader(socket, headerMs, (outcome) => {
        if ('refusal' in outcome) {
          socket.destroy();
          return onTurnedAway('header', host, outcome.refusal);
        }
        const { from } = outcome;
        if (from !== undefined) place.comesFrom(originOf(from.host));
        take(socket, arrivalFrom(from ?? { host, port }), next);
      });
    },
    of(socket) {
      const arrival = known.get(socket) ?? arrivals.get(keyOf(socket));
      if (arrival !== undefined) known.set(socket, arrival);
      return arrival;
    },
    counts: () => gate.counts(),
  };
}

/** Who has one IPv6 address has the 2^64 of its network. */
function originOf(host: string): string {
  const network = cidr(`${host}/64`);
  return 'value' in network && network.value.family === 'ipv6' && !host.startsWith('::ffff:')
    ? `${network.value.address}/64`
    : host;
}

/** TLS on a connection has its ends. No two connections that are open have the same. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
