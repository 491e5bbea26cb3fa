import type { Socket } from 'node:net';
import { watchStalls } from '../../xds/protocol/stalls.ts';
import { createAddressGroups } from './address-groups.ts';
import type { ConnectionLimits } from './limits.ts';

/** Why a connection was closed: all slots are busy, it was evicted for another connection, or it did not authenticate in time. */
export type CloseReason = 'full' | 'replaced' | 'silent';

/** Options of a connection limiter. */
export type LimiterOptions = {
  readonly limits: ConnectionLimits;
  /** The time limit of an unauthenticated connection, in milliseconds. Default: none. */
  readonly silentMs?: number;
  readonly onClosed: (why: CloseReason, address: string) => void;
};

/** Limits the connections of a listener. */
export type ConnectionLimiter = {
  /**
   * Admits a new connection. `address`: its client's, without a port. Undefined: the connection was refused and closed.
   */
  admit(socket: Socket, address: string): ConnectionSlot | undefined;
  /** The numbers of open connections. */
  counts(): { readonly known: number; readonly strangers: number };
};

/** The slot of one connection. */
export type ConnectionSlot = {
  /** Sets the client's address of a connection from a balancer. */
  setAddress(address: string): void;
  /** Begins a call of an authenticated client. Call the returned function once, when the call is over. */
  beginCall(): () => void;
};

/** Actions of a limiter on one of its connections. */
type Actions = {
  readonly setAddress: (entry: Entry, address: string) => void;
  readonly beginCall: (entry: Entry) => () => void;
};

/** A connection and its state. A class, because a listener has thousands: each closure of each would take memory. */
class Entry implements ConnectionSlot {
  readonly socket: Socket;
  readonly #actions: Actions;
  address: string;
  state: 'stranger' | 'busy' | 'idle' | 'gone' = 'stranger';
  calls = 0;

  constructor(socket: Socket, address: string, actions: Actions) {
    this.socket = socket;
    this.address = address;
    this.#actions = actions;
  }

  setAddress(address: string): void {
    this.#actions.setAddress(this, address);
  }

  beginCall(): () => void {
    return this.#actions.beginCall(this);
  }
}

/**
 * Creates a limiter. If no slot is free, a new connection evicts another one: the oldest stranger (unauthenticated connection) of the
 * address with the most, so that a flood from one address evicts only its own connections; without strangers, the connection that has been
 * idle for longest. If all connections are busy, the new one is refused.
 */
export function createConnectionLimiter({ limits, silentMs, onClosed }: LimiterOptions): ConnectionLimiter {
  const strangers = createAddressGroups<Entry>();
  const idle = new Set<Entry>(); // The connections that have been idle for longest come first.
  let busy = 0;
  const silence =
    silentMs === undefined ? undefined : watchStalls<Entry>(silentMs, (entry) => close(entry, 'silent'));

  function close(entry: Entry, why: CloseReason): void {
    leave(entry);
    entry.socket.destroy();
    onClosed(why, entry.address);
  }

  function leave(entry: Entry): void {
    if (entry.state === 'stranger') strangers.remove(entry);
    if (entry.state === 'busy') busy -= 1;
    idle.delete(entry);
    entry.state = 'gone';
    silence?.reads(entry);
  }

  /** Evicts a connection if needed. Returns whether there is a free slot. */
  function makeRoom(): boolean {
    const isCrowded = strangers.size() >= limits.strangers;
    if (!isCrowded && strangers.size() + busy + idle.size < limits.all) return true;
    const [longest] = idle;
    const chosen = strangers.oldestOfLargest() ?? longest;
    if (chosen === undefined) return false;
    close(chosen, 'replaced');
    return true;
  }

  function setAddress(entry: Entry, address: string): void {
    if (entry.state !== 'stranger') return;
    strangers.remove(entry);
    entry.address = address;
    strangers.add(entry);
  }

  function beginCall(entry: Entry): () => void {
    if (entry.socket.destroyed) return () => undefined;
    if (entry.state !== 'busy') {
      leave(entry);
      entry.state = 'busy';
      busy += 1;
    }
    entry.calls += 1;
    return () => {
      entry.calls -= 1;
      if (entry.calls > 0 || entry.state !== 'busy') return;
      leave(entry);
      if (entry.socket.destroyed) return;
      entry.state = 'idle';
      idle.add(entry);
    };
  }

  const actions: Actions = { setAddress, beginCall };
  return {
    admit(socket, address) {
      if (!makeRoom()) {
        socket.destroy();
        onClosed('full', address);
        return undefined;
      }
      const entry = new Entry(socket, address, actions);
      strangers.add(entry);
      silence?.waits(entry);
      socket.on('close', () => leave(entry));
      return entry;
    },
    counts: () => ({ known: busy + idle.size, strangers: strangers.size() }),
  };
}
