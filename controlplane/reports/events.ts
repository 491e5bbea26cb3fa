import { Readable } from 'node:stream';
import type { StreamProblem } from '../../common/contracts/reports.ts';
import type { EncodedFigures } from './figures/write-figures.ts';

/** A stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export type EventStream = {
  readonly body: Readable;
  /** Sends figures. A reader that is too slow is disconnected; it may connect again, and gets the figures that it missed. */
  readonly send: (figures: EncodedFigures) => void;
  /** Ends the stream with a problem. */
  readonly end: (problem: StreamProblem) => void;
  /** The first event, while it waits for the reader. Readers of the same slots share it. */
  readonly waiting: () => Buffer | undefined;
};

/** Bytes that may wait for a reader, beyond the first event. */
const MOST_WAITING = 4 * 1024 * 1024;
/** Tells a browser when to connect again, in milliseconds. */
const RETRY_MS = 2000;

/** The size of the pieces in which an event is written, in bytes: after each piece, the stream knows how many bytes still wait. */
const PIECE = 64 * 1024;
/** How long a reader may take for what still waits when its stream has ended, in milliseconds. */
const LAST_MS = 10_000;

/** Creates a stream. `onClose` is called once, when the reader has left or the stream has ended. `lastMs`: see LAST_MS; for tests. */
export function createEventStream(onClose: () => void, lastMs = LAST_MS): EventStream {
  const body = new Readable({ read: () => undefined });
  let first: Buffer | undefined;
  let laterBytes = 0;
  let isEnded = false;
  let lastTimer: NodeJS.Timeout | undefined;
  body.once('close', () => {
    clearTimeout(lastTimer);
    onClose();
  });
  body.on('error', () => undefined);
  body.push(`retry: ${RETRY_MS}\n\n`);

  /** The bytes that wait behind the first event. */
  const laterWaiting = (): number => Math.min(laterBytes, body.readableLength);

  return {
    body,
    send({ event }) {
      if (isEnded || body.destroyed) return;
      if (first !== undefined && laterWaiting() > MOST_WAITING) {
        body.destroy();
        return;
      }
      laterBytes = first === undefined ? 0 : laterWaiting() + event.length;
      first ??= event;
      for (let at = 0; at < event.length; at += PIECE) body.push(event.subarray(at, at + PIECE));
    },
    end(problem) {
      if (isEnded || body.destroyed) return;
      isEnded = true;
      body.push(`event: problem\ndata: ${JSON.stringify(problem)}\n\n`);
      body.push(null);
      lastTimer = setTimeout(() => body.destroy(), lastMs).unref();
    },
    waiting: () => (body.readableLength > laterWaiting() + PIECE ? first : undefined),
  };
}

/** Returns the bytes of first events that wait for readers; those that several readers share count once. */
export function bytesWaiting(streams: Iterable<EventStream>): number {
  const waiting = new Set<Buffer>();
  for (const stream of streams) {
    const first = stream.waiting();
    if (first !== undefined) waiting.add(first);
  }
  return [...waiting].reduce((sum, { length }) => sum + length, 0);
}
