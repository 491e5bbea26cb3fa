import { Readable } from 'node:stream';
import type { LiveFigures, StreamProblem } from '../../common/contracts/reports.ts';

/** A stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export type EventStream = {
  readonly body: Readable;
  /** Sends figures. A reader that is too slow is cut off: it may connect again, and gets what it missed. */
  readonly send: (figures: LiveFigures) => void;
  /** Ends the stream with a problem. */
  readonly end: (problem: StreamProblem) => void;
};

/** Bytes that may wait for a reader, beyond the first event. */
const MOST_WAITING = 4 * 1024 * 1024;
/** Tells a browser when to connect again, in milliseconds. */
const RETRY_MS = 2000;

/** Creates a stream. `onClose` is called once, when the reader has left or the stream has ended. */
export function createEventStream(onClose: () => void): EventStream {
  const body = new Readable({ read: () => undefined });
  body.once('close', onClose);
  body.on('error', () => undefined);
  body.push(`retry: ${RETRY_MS}\n\n`);
  let isFirst = true;
  return {
    body,
    send(figures) {
      if (!isFirst && body.readableLength > MOST_WAITING) {
        body.destroy();
        return;
      }
      isFirst = false;
      body.push(bytesOf(figures));
    },
    end(problem) {
      body.push(event('problem', problem));
      body.push(null);
    },
  };
}

/** The event of figures that several readers get: they share its bytes, also while these wait. */
const bytes = new WeakMap<LiveFigures, Buffer>();

function bytesOf(figures: LiveFigures): Buffer {
  const known = bytes.get(figures);
  if (known !== undefined) return known;
  const last = figures.times.at(-1);
  const made = Buffer.from(event('figures', figures, last === undefined ? '' : `id: ${last}\n`));
  bytes.set(figures, made);
  return made;
}

/** JSON has no line breaks, so one data line is enough. */
function event(name: string, data: unknown, id = ''): string {
  return `event: ${name}\n${id}data: ${JSON.stringify(data)}\n\n`;
}
