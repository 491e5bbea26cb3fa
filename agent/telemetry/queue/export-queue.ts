import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../../common/error-text.ts';
import { createBackoff } from '../../../xds/client/backoff.ts';
import type { Outcome, Parcel } from './parcel.ts';
import { createParcelQueue, type ParcelCounts } from './parcel-queue.ts';

/** The counts of an output. */
export type OutputStatus = ParcelCounts & {
  /** The name of the output, and the address of its receiver. */
  readonly output: string;
  readonly state: 'idle' | 'ok' | 'failing';
  readonly lastError: { readonly at: string; readonly message: string } | undefined;
};

/** A queue of parcels for one receiver. */
export type ExportQueue = {
  readonly push: (parcel: Parcel) => void;
  readonly status: () => OutputStatus;
  /** Sends the waiting parcels, for at most `limitMs`, and drops the rest. Resolves after that. */
  readonly close: (limitMs: number) => Promise<void>;
};

/** Options of a queue. */
export type ExportQueueOptions = {
  readonly output: string;
  /** Sends one parcel. `signal` ends the attempt. */
  readonly send: (parcel: Parcel, signal: AbortSignal) => Promise<Outcome>;
  /** The size limit of all waiting parcels, in bytes; a single parcel may be larger. Above it, the oldest parcels are dropped. */
  readonly mostBytes: number;
  /** Called when a receiver stops or starts accepting parcels. */
  readonly onState: (state: 'ok' | 'failing', status: OutputStatus) => void;
};

/** Waits between two attempts, in milliseconds: a receiver that is back gets its parcels within five seconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;

/** Creates a queue. It sends one parcel after the other, oldest first, and tries again while the receiver cannot be reached. */
export function createExportQueue({ output, send, mostBytes, onState }: ExportQueueOptions): ExportQueue {
  const waiting = createParcelQueue(mostBytes);
  const backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  const ending = new AbortController();
  let state: OutputStatus['state'] = 'idle';
  let lastError: OutputStatus['lastError'];
  let work: Promise<void> | undefined;

  const status = (): OutputStatus => ({ output, state, ...waiting.counts(), lastError });

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
    for (let parcel = waiting.first(); parcel !== undefined; parcel = waiting.first()) {
      if (ending.signal.aborted) break;
      const outcome = await attempt(parcel);
      if (outcome.kind === 'away') {
        failed(outcome.reason);
        const wait = Math.min(LONGEST_WAIT_MS, Math.max(outcome.afterMs ?? 0, backoff.next()));
        await delay(wait, undefined, { signal: ending.signal }).catch(() => undefined);
        continue;
      }
      backoff.reset();
      waiting.settle(parcel, outcome);
      if (outcome.kind === 'refused') failed(outcome.reason);
      else took(outcome.words);
    }
    // Not later: a parcel that is pushed after the last look at the queue has to start the work again.
    work = undefined;
  }

  /** The receiver accepted a parcel. `words`: its message, such as the reason why it rejected a part. */
  function took(words = ''): void {
    if (words !== '') lastError = { at: new Date().toISOString(), message: words };
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
      if (ending.signal.aborted) return waiting.refuse(parcel);
      waiting.push(parcel);
      start();
    },
    status,
    async close(limitMs) {
      const timer = setTimeout(() => ending.abort(), limitMs);
      await work;
      clearTimeout(timer);
      ending.abort();
      waiting.dropAll();
    },
  };
}
