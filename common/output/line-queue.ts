import type { WriteLines } from './write-lines.ts';

/** Lines that wait until an output takes them. */
export type LineQueue = {
  /** Adds whole lines. They are dropped if the queue is full, or the output closed. */
  add(lines: Buffer): void;
  /** Bytes that were dropped here, or lost in the output. */
  dropped(): number;
  /** Resolves when nothing waits and nothing is being written. */
  idle(): Promise<void>;
  /** Returns the lines that are not known to be written: those that wait, and those that are being written. */
  unfinished(): Buffer;
};

/** Bound in bytes. More is dropped: an unread log must not block the proxy. */
const MAX_QUEUE_BYTES = 1024 * 1024;

/** Creates a queue. Once the output accepts data again, calls `onDropped` with the number of bytes that were lost. */
export function createLineQueue(write: WriteLines, onDropped: (bytes: number) => void): LineQueue {
  let waiting: Buffer[] = [];
  let inFlight: Buffer = Buffer.alloc(0);
  let waitingBytes = 0;
  let dropped = 0;
  let reported = 0;
  let closed = false;
  let pumping = Promise.resolve();
  let isPumping = false;

  async function pump(): Promise<void> {
    while (waiting.length > 0) {
      const lines = Buffer.concat(waiting);
      inFlight = lines;
      waiting = [];
      // Count the lines as queued while they are being written; a stuck output would otherwise double the bound.
      const lost = await write(lines);
      inFlight = Buffer.alloc(0);
      waitingBytes -= lines.length;
      closed = lost === 'closed';
      if (closed || lost === lines.length) dropped += lines.length;
      else {
        dropped += Number(lost);
        if (dropped > reported) onDropped(dropped - reported);
        reported = dropped;
      }
    }
    isPumping = false;
  }

  return {
    add(lines) {
      if (lines.length === 0) return;
      if (closed || waitingBytes + lines.length > MAX_QUEUE_BYTES) {
        dropped += lines.length;
        return;
      }
      waiting.push(lines);
      waitingBytes += lines.length;
      if (isPumping) return;
      isPumping = true;
      pumping = pump();
    },
    dropped: () => dropped,
    idle: () => pumping,
    unfinished: () => Buffer.concat([inFlight, ...waiting]),
  };
}
