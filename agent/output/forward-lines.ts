import { write } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** Lines on their way from Envoy to one of the agent's own outputs. */
export type LineForwarder = {
  /** Bytes that were thrown away because whoever reads the output was too slow, or is gone. */
  dropped(): number;
  /** Resolves when the source has ended and all of it is written. */
  readonly done: Promise<void>;
};

/** What may wait to be written. More is dropped: a proxy must not stop because nobody reads its log. */
const MOST_WAITING = 1024 * 1024;
const LONGEST_LINE = 64 * 1024;
const FULL_PIPE_WAIT_MS = 20;
const NEWLINE = 0x0a;

/**
 * Forwards whole lines, so that those of several writers do not run into each other. The output is written by the thread
 * pool: whatever it is, a reader that does not read stops nothing but that. `onDropped` hears, once the output moves
 * again, how many bytes were lost.
 */
export function forwardLines(
  source: Readable,
  fd: number,
  onDropped: (bytes: number) => void,
): LineForwarder {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  let dropped = 0;
  let reported = 0;
  let writing = false;
  let gone = false;
  let ended = false;

  function enqueue(lines: Buffer): void {
    if (lines.length === 0) return;
    if (gone || waitingBytes + lines.length > MOST_WAITING) {
      dropped += lines.length;
      return;
    }
    waiting.push(lines);
    waitingBytes += lines.length;
    if (!writing) void pump();
  }

  async function pump(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const chunk = Buffer.concat(waiting);
      waiting = [];
      // What is being written still takes its room, or a stuck output would be given twice as much.
      gone = !(await writeAll(fd, chunk));
      waitingBytes -= chunk.length;
      if (gone) dropped += chunk.length;
      else if (dropped > reported) {
        onDropped(dropped - reported);
        reported = dropped;
      }
    }
    writing = false;
    if (ended) resolve();
  }

  source.on('data', (chunk: Buffer) => {
    const last = chunk.lastIndexOf(NEWLINE) + 1;
    if (last === 0 && rest.length + chunk.length < LONGEST_LINE) {
      rest = Buffer.concat([rest, chunk]);
      return;
    }
    const cut = last === 0 ? chunk.length : last;
    enqueue(Buffer.concat([rest, chunk.subarray(0, cut)]));
    rest = Buffer.from(chunk.subarray(cut));
  });
  source.on('error', () => undefined);
  source.on('close', () => {
    enqueue(rest);
    ended = true;
    if (!writing) resolve();
  });
  return { dropped: () => dropped, done: promise };
}

/** Writes all of it; answers false when the output is gone. */
async function writeAll(fd: number, chunk: Buffer): Promise<boolean> {
  let offset = 0;
  while (offset < chunk.length) {
    const written = await writeSome(fd, chunk.subarray(offset));
    if (written === 'gone') return false;
    // Somebody else made this output non-blocking, and it is full.
    if (written === 'full') await delay(FULL_PIPE_WAIT_MS);
    else offset += written;
  }
  return true;
}

function writeSome(fd: number, chunk: Buffer): Promise<number | 'full' | 'gone'> {
  const { promise, resolve } = Promise.withResolvers<number | 'full' | 'gone'>();
  write(fd, chunk, (error, written) => {
    if (error === null) resolve(written);
    else resolve(error.code === 'EAGAIN' ? 'full' : 'gone');
  });
  return promise;
}
