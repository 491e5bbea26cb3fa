import type { Socket } from 'node:net';
import { formatHostPort } from '../../common/host-port.ts';
import { createGate, type GateOptions, type Place } from './gate.ts';

/** A connection that was taken. */
export type Arrival = {
  /** The client's address, `HOST:PORT`. */
  readonly peer: string;
  readonly place: Place;
};

/** Where the connections of a listener come in. */
export type Entrance = {
  /** Takes a connection that was just accepted, or closes it. `next` is called where it may go on. */
  arrive(socket: Socket, next: (arrival: Arrival) => void): void;
  /** What is known of a connection, or of TLS on it; undefined where it is closed. */
  of(socket: Socket): Arrival | undefined;
  /** How many there are. */
  counts(): { readonly known: number; readonly strangers: number };
};

/** Opens one without connections. */
export function createEntrance(options: GateOptions): Entrance {
  const gate = createGate(options);
  const arrivals = new Map<string, Arrival>();
  return {
    arrive(socket, next) {
      const { remoteAddress: host, remotePort: port } = socket;
      // It is closed already.
      if (host === undefined || port === undefined) return void socket.destroy();
      const place = gate.enter(socket, host);
      if (place === undefined) return;
      const key = keyOf(socket);
      const arrival = { peer: formatHostPort({ host, port }), place };
      arrivals.set(key, arrival);
      socket.once('close', () => {
        if (arrivals.get(key) === arrival) arrivals.delete(key);
      });
      next(arrival);
    },
    of: (socket) => arrivals.get(keyOf(socket)),
    counts: () => gate.counts(),
  };
}

/** TLS on a connection has its ends. No two connections that are open have the same. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
