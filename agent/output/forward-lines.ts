import type { Readable } from 'node:stream';
import { createLineQueue } from '../../common/output/line-queue.ts';
import type { WriteLines } from '../../common/output/write-lines.ts';

/** Forwards lines from Envoy to one of the agent's own outputs. */
export type LineForwarder = {
  /** Bytes that were dropped because the output did not accept them in time, or has lost them. */
  dropped(): number;
  /** Resolves when the source has ended and all its data is written or dropped. */
  readonly done: Promise<void>;
};

const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Forwards whole lines, so that lines of several writers do not mix. Once the output accepts data again, calls `onDropped` with the
 * number of bytes that were lost. `convert` changes whole lines before they are queued, e.g. into another form.
 */
export function forwardLines(
  source: Readable,
  write: WriteLines,
  onDropped: (bytes: number) => void,
  convert: (lines: Buffer) => Buffer = (lines) => lines,
): LineForwarder {
  const { promise, resolve } = Promise.withResolvers<void>();
  const queue = createLineQueue(write, onDropped);
  let rest: Buffer = Buffer.alloc(0);

  source.on('data', (chunk: Buffer) => {
    const last = chunk.lastIndexOf(NEWLINE) + 1;
    if (last === 0 && rest.length + chunk.length < MAX_LINE_BYTES) {
      rest = Buffer.concat([rest, chunk]);
      return;
    }
    const cut = last === 0 ? chunk.length : last;
    queue.add(convert(Buffer.concat([rest, chunk.subarray(0, cut)])));
    rest = Buffer.from(chunk.subarray(cut));
  });
  source.on('error', () => undefined);
  source.on('close', () => {
    queue.add(convert(rest));
    resolve(queue.idle());
  });
  return { dropped: () => queue.dropped(), done: promise };
}
