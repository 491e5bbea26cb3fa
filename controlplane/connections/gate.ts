import type { Socket } from 'node:net';
import { watchStalls } from '../../xds/protocol/stalls.ts';
import { createCrowd } from './crowd.ts';
import type { ConnectionLimits } from './limits.ts';

/** Why a connection was closed: all places are taken; it made room for another; it has shown nothing for too long. */
export type TurnedAway = 'full' | 'replaced' | 'silent';

/** What a gate goes by. */
export type GateOptions = {
  readonly limits: ConnectionLimits;
  /** How long a connection may show nothing of who it is, in milliseconds. Default: as long as it likes. */
  readonly silentMs?: number;
  readonly onTurnedAway: (why: TurnedAway, address: string) => void;
};

/** Counts the connections of a listener, and keeps them within its limits. */
export type Gate = {
  /**
   * A connection has come; `address` is that of its client, without a port. Undefined: it was turned away, and is closed.
   */
  enter(socket: Socket, address: string): Place | undefined;
  /** How many there are. */
  counts(): { readonly known: number; readonly strangers: number };
};

/** One connection. */
export type Place = {
  /** It comes from another address than it seemed, behind a balancer. */
  comesFrom(address: string): void;
  /** A call of a client that has shown who it is begins. Returns what is to be called once, when it is over. */
  begin(): () => void;
};

type Entry = {
  readonly socket: Socket;
  address: string;
  state: 'stranger' | 'busy' | 'idle' | 'gone';
  calls: number;
};

/**
 * Where a place is wanted and none is free, one is made: the stranger goes that came first from the address that most of them come
 * from, so that a flood from one address drives away nobody but itself; else the connection that has been without a call for
 * longest. Where all others are at work, the newcomer is turned away.
 */
export function createGate({ limits, silentMs, onTurnedAway }: GateOptions): Gate {
  const strangers = createCrowd<Entry>();
  const idle = new Set<Entry>(); // the longest first
  let busy = 0;
  const silence =
    silentMs === undefined ? undefined : watchStalls<Entry>(silentMs, (entry) => turnAway(entry, 'silent'));

  function turnAway(entry: Entry, why: TurnedAway): void {
    leave(entry);
    entry.socket.destroy();
    onTurnedAway(why, entry.address);
  }

  function leave(entry: Entry): void {
    if (entry.state === 'stranger') strangers.remove(entry);
    if (entry.state === 'busy') busy -= 1;
    idle.delete(entry);
    entry.state = 'gone';
    silence?.reads(entry);
  }

  /** Whether there is room now for one more. */
  function makeRoom(): boolean {
    const isCrowded = strangers.size() >= limits.strangers;
    if (!isCrowded && strangers.size() + busy + idle.size < limits.all) return true;
    const [longest] = idle;
    const chosen = strangers.chosen() ?? longest;
    if (chosen === undefined) return false;
    turnAway(chosen, 'replaced');
    return true;
  }

  function begin(entry: Entry): () => void {
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

  return {
    enter(socket, address) {
      if (!makeRoom()) {
        socket.destroy();
        onTurnedAway('full', address);
        return undefined;
      }
      const entry: Entry = { socket, address, state: 'stranger', calls: 0 };
      strangers.add(entry);
      silence?.waits(entry);
      socket.once('close', () => leave(entry));
      return {
        comesFrom(trueAddress) {
          if (entry.state !== 'stranger') return;
          strangers.remove(entry);
          entry.address = trueAddress;
          strangers.add(entry);
        },
        begin: () => begin(entry),
      };
    },
    counts: () => ({ known: busy + idle.size, strangers: strangers.size() }),
  };
}
