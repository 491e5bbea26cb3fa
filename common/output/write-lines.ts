import { write } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Writes whole lines to an output. Resolves with the number of bytes that were lost, or `closed` if the output takes nothing any more.
 * Never rejects.
 */
export type WriteLines = (lines: Buffer) => Promise<number | 'closed'>;

const FULL_PIPE_WAIT_MS = 20;

/**
 * Returns a writer to a file descriptor. The thread pool writes, so a stuck reader blocks nothing else, whether the output is a file, a
 * pipe or a socket.
 */
export function writeTo(fd: number): WriteLines {
  return async (lines) => {
    let offset = 0;
    while (offset < lines.length) {
      const written = await writeSome(fd, lines.subarray(offset));
      if (written === 'closed') return 'closed';
      // The output is full. Another process has set it to non-blocking mode.
      if (written === 'full') await delay(FULL_PIPE_WAIT_MS);
      else offset += written;
    }
    return 0;
  };
}

function writeSome(fd: number, lines: Buffer): Promise<number | 'full' | 'closed'> {
  const { promise, resolve } = Promise.withResolvers<number | 'full' | 'closed'>();
  write(fd, lines, (error, written) => {
    if (error === null) resolve(written);
    else resolve(error.code === 'EAGAIN' ? 'full' : 'closed');
  });
  return promise;
}
