import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { writeTo, type WriteLines } from './write-lines.ts';
import { errorCode } from '../error-code.ts';

/** One of a process's own outputs, if another program reads it: a pipe or a socket. A write returns at once, even if it is full. */
export type ReadOutput = {
  /** Waits for a slow reader. */
  readonly write: WriteLines;
  /** Writes lines at once, when the process ends. Gives up after a second. */
  readonly writeNow: (lines: Buffer) => void;
};

const FULL_PIPE_WAIT_MS = 20;
const LAST_LINES_MS = 1000;

/** Opens an output that another program reads; undefined for a file or a terminal. */
export function openOutput(fd: number): ReadOutput | undefined {
  return openPipe(fd) ?? openSocket(fd);
}

/**
 * Opens the pipe behind a file descriptor once more, in non-blocking mode, which thereby does not change for its other writers. Returns
 * undefined if it is no pipe, has no reader, or belongs to another user: call this before the process switches its user. A write waits without a
 * thread: a thread that is stuck in a write would keep the process from ending.
 */
function openPipe(fd: number): ReadOutput | undefined {
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

/**
 * A socket cannot be opened once more, and other processes share its mode. So a thread of the pool writes, one at a time; the last lines are
 * given up while it is stuck.
 */
function openSocket(fd: number): ReadOutput | undefined {
  if (!isSocket(fd)) return undefined;
  const write = writeTo(fd);
  let isWriting = false;
  return {
    async write(lines) {
      isWriting = true;
      const lost = await write(lines);
      isWriting = false;
      return lost;
    },
    writeNow(lines) {
      if (!isWriting) writeSome(fd, lines);
    },
  };
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
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
    return errorCode(error) === 'EAGAIN' ? 0 : 'closed';
  }
}
