import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../../common/error-text.ts';
import { createBackoff } from '../../../xds/client/backoff.ts';

/** Encoded items for a receiver: metric points, spans or log records. */
export type Parcel = { readonly items: number; readonly bytes: Uint8Array };

/** The end of one attempt to send a parcel. */
export type Outcome =
  /** `rejected`: items that the receiver did not take, with its words. */
  | { readonly kind: 'taken'; readonly rejected?: number; readonly words?: string }
  /** Worth another attempt, not before `afterMs`. */
  | { readonly kind: 'away'; readonly reason: string; readonly afterMs?: number }
  /** Another attempt would have the same end. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The counts of an output. */
export type OutputStatus = {
  /** The name of the output, and where it sends to. */
  readonly output: string;
  readonly state: 'idle' | 'ok' | 'failing';
  /** Items that the receiver has taken. */
  readonly sent: number;
  /** Items that the receiver did not take. */
  readonly rejected: number;
  /** Items that were dropped because the receiver was away for too long, or the agent stopped. */
  readonly dropped: number;
  /** Items that wait, and their size in bytes. */
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly lastError: { readonly at: string; readonly message: string } | undefined;
};

/** A queue of parcels for one receiver. */
export type ExportQueue = {
  readonly push: (parcel: Parcel) => void;
  readonly status: () => OutputStatus;
  /** Sends what waits, for at most `limitMs`, and drops the rest. Resolves after that. */
  readonly close: (limitMs: number) => Promise<void>;
};

/** Options of a queue. */
export type ExportQueueOptions = {
  readonly output: string;
  /** Sends one parcel. `signal` ends the attempt. */
  readonly send: (parcel: Parcel, signal: AbortSignal) => Promise<Outcome>;
  /** The most that waits, in bytes, or one parcel that is larger. The oldest parcels are dropped. */
  readonly mostBytes: number;
  /** Called when a receiver stops or starts taking parcels. */
  readonly onState: (state: 'ok' | 'failing', status: OutputStatus) => void;
};

/** Waits between two attempts, in milliseconds: a receiver that is back gets its parcels within five seconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;

/** Creates a queue. It sends one parcel after the other, oldest first, and tries again while the receiver is away. */
export function createExportQueue({ output, send, mostBytes, onState }: ExportQueueOptions): ExportQueue {
  const waiting: Parcel[] = [];
  const counts = { sent: 0, rejected: 0, dropped: 0, waiting: 0, waitingBytes: 0 };
  const backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  const ending = new AbortController();
  let state: OutputStatus['state'] = 'idle';
  let lastError: OutputStatus['lastError'];
  let work: Promise<void> | undefined;

  const status = (): OutputStatus => ({ output, state, ...counts, lastError });

  function add(parcel: Parcel, sign: 1 | -1): void {
    counts.waiting += sign * parcel.items;
    counts.waitingBytes += sign * parcel.bytes.length;
  }

  function drop(parcel: Parcel | undefined): void {
    if (parcel === undefined) return;
    add(parcel, -1);
    counts.dropped += parcel.items;
  }

  function failed(message: string): void {
    lastError = { at: new Date().toISOString(), message };
    if (state === 'failing') return;
    state = 'failing';
    onState(state, status());
  }

  async function attempt(parcel: Parcel): Promise<Outcome> {
    // Some attempts have steps that no signal ends, such as a look-up of a name.
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const end = (): void => reject(new Error('the agent stopped'));
    ending.signal.addEventListener('abort', end);
    try {
      return await Promise.race([send(parcel, ending.signal), ended]);
    } catch (error) {
      return { kind: 'away', reason: errorText(error) };
    } finally {
      ending.signal.removeEventListener('abort', end);
    }
  }

  async function sendWaiting(): Promise<void> {
    for (let parcel = waiting[0]; parcel !== undefined && !ending.signal.aborted; parcel = waiting[0]) {
      const outcome = await attempt(parcel);
      if (outcome.kind === 'away') {
        failed(outcome.reason);
        const wait = Math.min(LONGEST_WAIT_MS, Math.max(outcome.afterMs ?? 0, backoff.next()));
        await delay(wait, undefined, { signal: ending.signal }).catch(() => undefined);
        continue;
      }
      backoff.reset();
      settle(parcel, outcome);
    }
    // Not later: a parcel that is pushed after the last look at the queue has to start the work again.
    work = undefined;
  }

  function settle(parcel: Parcel, outcome: Exclude<Outcome, { kind: 'away' }>): void {
    // The parcel may have been dropped for newer ones during the attempt.
    const isCounted = waiting[0] === parcel;
    if (isCounted) {
      waiting.shift();
      add(parcel, -1);
    } else {
      counts.dropped -= parcel.items;
    }
    if (outcome.kind === 'refused') {
      counts.rejected += parcel.items;
      return failed(outcome.reason);
    }
    const { words } = outcome;
    const rejected = Math.min(outcome.rejected ?? 0, parcel.items);
    counts.sent += parcel.items - rejected;
    counts.rejected += rejected;
    if (words !== undefined && words !== '') lastError = { at: new Date().toISOString(), message: words };
    if (state === 'ok') return;
    state = 'ok';
    onState(state, status());
  }

  function start(): void {
    work ??= sendWaiting();
  }

  return {
    push(parcel) {
      if (parcel.items === 0) return;
      if (ending.signal.aborted) {
        counts.dropped += parcel.items;
        return;
      }
      waiting.push(parcel);
      add(parcel, 1);
      while (counts.waitingBytes > mostBytes && waiting.length > 1) drop(waiting.shift());
      start();
    },
    status,
    async close(limitMs) {
      const timer = setTimeout(() => ending.abort(), limitMs);
      await work;
      clearTimeout(timer);
      ending.abort();
      while (waiting.length > 0) drop(waiting.shift());
    },
  };
}
