import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { withAwakeTimeout } from '../limits/with-timeout.ts';

/** How long a file system has to answer, in milliseconds. */
const LIMIT_MS = 2000;

/** Questions without an answer, by path. Each holds one of the four threads that all calls of file systems share. */
const unanswered = new Map<string, Promise<void>>();

/**
 * Asks for each file once, so that a file system that does not answer (NFS without its server, FUSE) cannot stop this process in a later
 * synchronous call. A file that is missing or unreadable is not an error here, because its reader has a better message.
 * @throws Error `no answer within 2 s`, with the path in `path`, for the first file without an answer
 */
export async function requireAnswers(paths: readonly string[], limitMs: number = LIMIT_MS): Promise<void> {
  await Promise.all(
    paths.map(async (path) => {
      try {
        await withAwakeTimeout(limitMs, 'no answer', unanswered.get(path) ?? ask(path));
      } catch (error) {
        throw Object.assign(error as Error, { path });
      }
    }),
  );
}

async function ask(path: string): Promise<void> {
  const answer = readByte(path)
    .catch(() => undefined)
    .finally(() => unanswered.delete(path));
  unanswered.set(path, answer);
  await answer;
}

async function readByte(path: string): Promise<void> {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await file.read(Buffer.alloc(1));
  } finally {
    await file.close();
  }
}
