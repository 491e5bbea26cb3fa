import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The longest file, in bytes: a key, a chain of two and some roots. */
const LONGEST = 256 * 1024;

/**
 * Reads a file with a secret of this agent; undefined if there is none.
 * @throws Error if it is a link, belongs to another user, or others may read or write it: the secret may have leaked
 */
export async function readOwnFile(file: string): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    },
  );
  if (handle === undefined) return undefined;
  try {
    const { mode, size, uid } = await handle.stat();
    const own = process.geteuid?.() ?? uid;
    if (uid !== own && uid !== 0) throw new Error(`it belongs to uid ${uid}`);
    if ((mode & 0o077) !== 0) throw new Error('others may read or write it');
    if (size > LONGEST) throw new Error(`it is longer than ${LONGEST} bytes`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
