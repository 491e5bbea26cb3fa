import { write } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** Forwards lines from Envoy to one of the agent's own outputs. */
export type LineForwarder = {
  /** Bytes that were dropped because the reader of the output was too slow, or has closed it. */
  dropped(): number;
  /** Resolves when the source has ended and all its data is written or dropped. */
  readonly done: Promise<void>;
};

/** Queue bound in bytes. More is dropped: an unread log must not block the proxy. */
const MAX_QUEUE_BYTES = 1024 * 1024;
const MAX_LINE_BYTES = 64 * 1024;
const FULL_PIPE_WAIT_MS = 20;
const NEWLINE = 0x0a;

/**
 * Forwards whole lines, so that lines of several writers do not mix. The thread pool writes the output, so a stuck reader blocks
 * nothing else, whether the output is a file, a pipe or a socket. Once the output accepts data again, calls `onDropped` with the
 * number of bytes that were lost. `convert` changes whole lines before they are queued, e.g. into another form.
 */
export function forwardLines(
  source: Readable,
  fd: number,
  onDropped: (bytes: number) => void,
  convert: (lines: Buffer) => Buffer = (lines) => lines,
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

  function enqueue(unchanged: Buffer): void {
    const lines = convert(unchanged);
    if (lines.length === 0) return;
    if (gone || waitingBytes + lines.length > MAX_QUEUE_BYTES) {
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
      // Count the chunk as queued while it is being written; a stuck output would otherwise double the bound.
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
    if (last === 0 && rest.length + chunk.length < MAX_LINE_BYTES) {
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

/** Writes the whole chunk. Resolves with false if the output is closed. */
async function writeAll(fd: number, chunk: Buffer): Promise<boolean> {
  let offset = 0;
  while (offset < chunk.length) {
    const written = await writeSome(fd, chunk.subarray(offset));
    if (written === 'gone') return false;
    // The output is full. Another process has set it to non-blocking mode.
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
