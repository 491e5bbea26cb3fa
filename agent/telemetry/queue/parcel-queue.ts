import type { Outcome, Parcel } from './parcel.ts';

/** Parcels that wait for a receiver, oldest first, with the counts of all parcels so far. */
export type ParcelQueue = {
  /** Adds a parcel. If the queue is full, it drops the oldest parcels and counts them. */
  push(parcel: Parcel): void;
  first(): Parcel | undefined;
  /** Counts the end of the attempt with a parcel, and removes the parcel unless it was dropped meanwhile. */
  settle(parcel: Parcel, outcome: Exclude<Outcome, { kind: 'away' }>): void;
  /** Counts a parcel that arrived after the end of the queue. */
  refuse(parcel: Parcel): void;
  dropAll(): void;
  counts(): ParcelCounts;
};

/** Counts of items. */
export type ParcelCounts = {
  /** Items that the receiver has accepted. */
  readonly sent: number;
  /** Items that the receiver rejected. */
  readonly rejected: number;
  /** Items that were dropped because the receiver could not be reached for too long, or the agent stopped. */
  readonly dropped: number;
  /** Items that wait, and their size in bytes. */
  readonly waiting: number;
  readonly waitingBytes: number;
};

/** Creates an empty queue. `mostBytes`: the size limit of all waiting parcels; a single parcel may be larger. */
export function createParcelQueue(mostBytes: number): ParcelQueue {
  const waiting: Parcel[] = [];
  const counts = { sent: 0, rejected: 0, dropped: 0, waiting: 0, waitingBytes: 0 };

  function add(parcel: Parcel, sign: 1 | -1): void {
    counts.waiting += sign * parcel.items;
    counts.waitingBytes += sign * parcel.bytes.length;
  }

  function drop(): void {
    const parcel = waiting.shift();
    if (parcel === undefined) return;
    add(parcel, -1);
    counts.dropped += parcel.items;
  }

  return {
    push(parcel) {
      waiting.push(parcel);
      add(parcel, 1);
      while (counts.waitingBytes > mostBytes && waiting.length > 1) drop();
    },
    first: () => waiting[0],
    settle(parcel, outcome) {
      // The parcel may have been dropped for newer ones during the attempt.
      if (waiting[0] === parcel) {
        waiting.shift();
        add(parcel, -1);
      } else {
        counts.dropped -= parcel.items;
      }
      const refused = outcome.kind === 'refused' ? parcel.items : (outcome.rejected ?? 0);
      const rejected = Math.min(refused, parcel.items);
      counts.sent += parcel.items - rejected;
      counts.rejected += rejected;
    },
    refuse(parcel) {
      counts.dropped += parcel.items;
    },
    dropAll() {
      while (waiting.length > 0) drop();
    },
    counts: () => ({ ...counts }),
  };
}
