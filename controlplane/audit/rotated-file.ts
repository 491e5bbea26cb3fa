import { open, stat, type FileHandle } from 'node:fs/promises';

/** A file of lines that is written at its end, and that another program may move away at any time. */
export type RotatedFile = {
  /**
   * Writes at the end of the file. If the file was moved, or `reopen` was called, the file of that name is opened first, at the start of a
   * line. Returns the number of bytes that were written.
   */
  readonly write: (bytes: Buffer) => Promise<number>;
  /** Opens the file by its name before the next write. */
  readonly reopen: () => void;
  /** Never rejects. The next write opens the file again. */
  readonly close: () => Promise<void>;
};

const NEWLINE = 0x0a;

/** Creates a rotated file, which the first write opens. */
export function rotatedFile(file: string): RotatedFile {
  let handle: FileHandle | undefined;
  let reopenNext = false;

  async function close(): Promise<void> {
    const old = handle;
    handle = undefined;
    await old?.close().catch(() => undefined);
  }

  return {
    async write(bytes) {
      if (handle !== undefined && (reopenNext || !(await isStill(handle, file)))) await close();
      reopenNext = false;
      handle ??= await openAtLineStart(file);
      return (await handle.write(bytes)).bytesWritten;
    },
    reopen: () => {
      reopenNext = true;
    },
    close,
  };
}

async function isStill(handle: FileHandle, file: string): Promise<boolean> {
  const [there, ours] = await Promise.all([stat(file).catch(() => undefined), handle.stat()]);
  return there?.ino === ours.ino && there.dev === ours.dev;
}

async function openAtLineStart(file: string): Promise<FileHandle> {
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    if (size === 0) return handle;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer[0] !== NEWLINE) await handle.write('\n');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
