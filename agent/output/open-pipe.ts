import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { WriteLines } from './write-lines.ts';

/** One of the agent's own outputs, if it is a pipe. A write returns at once, even if the pipe is full. */
export type PipeOutput = {
  /** Waits for a slow reader without a thread: a thread that is stuck in a write would keep the process from ending. */
  readonly write: WriteLines;
  /** Writes lines at once, when the process ends. Gives up after a second. */
  readonly writeNow: (lines: Buffer) => void;
};

const FULL_PIPE_WAIT_MS = 20;
const LAST_LINES_MS = 1000;

/**
 * Opens the pipe behind a file descriptor once more, in non-blocking mode, which thereby does not change for its other writers. Returns
 * undefined if it is no pipe, has no reader, or belongs to another user: call this before the agent switches its user.
 */
export function openPipe(fd: number): PipeOutput | undefined {
  const own = open(fd);
  if (own === undefined) return undefined;
  return {
    async write(lines) {
      for (let offset = 0; offset < lines.length; ) {
        const written = writeSome(own, lines.subarray(offset));
        if (written === 'closed') return 'closed';
        if (written === 0) await delay(FULL_PIPE_WAIT_MS, undefined, { ref: false });
        offset += written;
      }
      return 0;
    },
    writeNow(lines) {
      const end = performance.now() + LAST_LINES_MS;
      for (let offset = 0; offset < lines.length && performance.now() < end; ) {
        const written = writeSome(own, lines.subarray(offset));
        if (written === 'closed') return;
        if (written === 0) Atomics.wait(CLOCK, 0, 0, FULL_PIPE_WAIT_MS);
        offset += written;
      }
    },
  };
}

/** Only its time limit is used. */
const CLOCK = new Int32Array(new SharedArrayBuffer(4));

function open(fd: number): number | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** Returns the number of bytes that the pipe took, or `closed` if it has no reader. */
function writeSome(fd: number, lines: Buffer): number | 'closed' {
  try {
    return writeSync(fd, lines);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : 'closed';
  }
}
