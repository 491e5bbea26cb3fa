import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../common/error-code.ts';

const DRAFT = '.draft';
const BATCH_BYTES = 64 * 1024;
/** How old an abandoned draft is, in milliseconds: a write takes less. */
const ABANDONED_MS = 60_000;

/**
 * Replaces a file with `pieces` atomically and durably, mode 0600. A reader, also after a power failure, finds the old content or the new
 * one. Two writers do not disturb each other: the last one wins. Rejects with the system's error, and then leaves nothing behind.
 */
export async function writeState(file: string, pieces: readonly Uint8Array[]): Promise<void> {
  const draft = `${file}.${randomUUID()}${DRAFT}`;
  try {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const handle = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      for (const batch of batches(pieces)) await handle.writeFile(batch);
      await sync(handle);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Removes drafts that a killed agent left beside `file`. Never rejects. */
export async function removeAbandonedDrafts(file: string): Promise<void> {
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${basename(file)}.`) || !name.endsWith(DRAFT)) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && Date.now() - facts.mtimeMs > ABANDONED_MS) {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
}

/** Joins small pieces, so that thousands of resources need few writes. */
function* batches(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    if (size < BATCH_BYTES) continue;
    yield Buffer.concat(batch);
    batch = [];
    size = 0;
  }
  yield Buffer.concat(batch);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await sync(handle);
  } finally {
    await handle.close();
  }
}

/** Codes of file systems that have no fsync, of folders above all: some of NFS, FUSE and SMB (fsync(2), ERRORS). */
const NO_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EROFS']);

/** Makes content durable as far as the file system can. */
export async function sync(handle: { readonly sync: () => Promise<void> }): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!NO_SYNC.has(errorCode(error) ?? '')) throw error;
  }
}
