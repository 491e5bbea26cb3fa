import { constants, writeSync } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { deleteOldest, setAside } from './rotated-files.ts';

/** A file that is opened again when its name is gone, and renamed when it is full. One call at a time, except for `writeNow`. */
export type RotatingFile = {
  /** Bytes in the file. */
  size(): number;
  /** Makes sure that there is a file, and that it still has its name; looks once a second. @throws Error if there is none */
  check(): Promise<void>;
  /** Renames the file and begins a new one. @throws Error if that fails: the old one then takes as many bytes again */
  rotate(): Promise<void>;
  /** Returns the bytes that were written, which may be fewer. @throws Error if none can be */
  write(piece: Buffer): Promise<number>;
  /** Writes at once, when the process ends. Returns whether it has. */
  writeNow(bytes: Buffer): boolean;
  close(): Promise<void>;
};

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
/** A named pipe without a reader would block, or a link lead to another file. */
const FLAGS = O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY;
const MODE = 0o644;
/** How often to try to open the file, and to see whether it still has its name, in milliseconds. */
const CHECK_MS = 1000;

/** Opens a file, or continues it. `keep`: renamed files to keep. @throws Error if the file cannot be opened now */
export async function openRotatingFile(path: string, keep: number): Promise<RotatingFile> {
  let file: FileHandle | undefined;
  let size = 0;

  async function openFile(): Promise<void> {
    const opened = await open(path, FLAGS, MODE);
    const stats = await opened.stat();
    if (!stats.isFile()) {
      await opened.close();
      throw new Error(`${path} is not a regular file`);
    }
    await file?.close();
    file = opened;
    size = stats.size;
  }

  await openFile();
  let checkedAt = performance.now();
  /** Why the file could not be opened again; the reason of all writes until the next look. */
  let failure: unknown;
  return {
    size: () => size,
    async check() {
      if (performance.now() - checkedAt < CHECK_MS) return;
      checkedAt = performance.now();
      if (file !== undefined) {
        const [named, own] = await Promise.all([stat(path).catch(() => undefined), file.stat()]);
        if (named?.ino === own.ino && named.dev === own.dev) return;
        await file.close();
        file = undefined;
      }
      await openFile().catch((error: unknown) => {
        failure = error;
        throw error;
      });
    },
    async rotate() {
      try {
        await setAside(path);
        await openFile();
        await deleteOldest(path, keep);
      } finally {
        size = 0;
      }
    },
    async write(piece) {
      if (file === undefined) throw failure ?? new Error(`${path} is not open`);
      const { bytesWritten } = await file.write(piece);
      size += bytesWritten;
      return bytesWritten;
    },
    writeNow(bytes) {
      try {
        if (file !== undefined) writeSync(file.fd, bytes);
        return file !== undefined;
      } catch {
        return false;
      }
    },
    async close() {
      await file?.close();
      file = undefined;
    },
  };
}
