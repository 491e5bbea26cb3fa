import { open, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';

/** A file of lines that others may move away at any time. Nobody who appends ever waits for the disk, or fails with it. */
export type LineFile = {
  /** Takes a line, without its end, to be written soon. */
  readonly append: (line: string) => void;
  /** Opens the file anew by its name before the next line. It is also noticed without this that the file was moved. */
  readonly reopen: () => void;
  /** Writes what is waiting, if the disk takes it within `patience` milliseconds. */
  readonly close: (patience?: number) => Promise<void>;
};

/** How to write lines. */
export type LineFileOptions = {
  readonly file: string;
  readonly log: Log;
  /** Is told of each line that was written, or given up. */
  readonly onLine: (outcome: 'written' | 'lost') => void;
  /** How many bytes may wait for the disk. Default 8 MiB; what comes beyond is lost. */
  readonly most?: number;
  /** The first pause after a failure, in milliseconds; it doubles up to 30 s. Default 1000. */
  readonly pause?: number;
};

const LONGEST_PAUSE = 30_000;
/** How much goes to the disk at once, in bytes. */
const BATCH = 256 * 1024;
const NEWLINE = 0x0a;

/** Makes one. Whether the file can be written shows with the first line. */
export function openLineFile({
  file,
  log,
  onLine,
  most = 8 * 1024 * 1024,
  pause = 1000,
}: LineFileOptions): LineFile {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let handle: FileHandle | undefined;
  let renew = false;
  let failing = false;
  let lost = 0;
  let worker: Promise<void> | undefined;
  const backoff = createBackoff(pause, LONGEST_PAUSE);
  const stop = new AbortController();

  const letGo = async (): Promise<void> => {
    const old = handle;
    handle = undefined;
    await old?.close().catch(() => undefined);
  };
  const writeSome = async (): Promise<void> => {
    if (handle !== undefined && (renew || !(await isStill(handle, file)))) await letGo();
    renew = false;
    handle ??= await openAtLineStart(file);
    const batch = take(waiting);
    const buffer = Buffer.concat(batch);
    const { bytesWritten } = await handle.write(buffer);
    let written = bytesWritten;
    while (batch[0] !== undefined && batch[0].length <= written) {
      written -= batch[0].length;
      bytes -= batch[0].length;
      batch.shift();
      waiting.shift();
      onLine('written');
    }
    if (batch.length > 0) throw new Error(`only ${bytesWritten} of ${buffer.length} bytes could be written`);
  };
  const work = async (): Promise<void> => {
    // Whatever else is appended in this turn goes with the first.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      try {
        await writeSome();
        if (failing) log.info({ file, lost }, 'audit events are written again');
        failing = false;
        lost = 0;
        backoff.reset();
      } catch (error) {
        // A line that is there in part is written again, whole, on a line of its own.
        await letGo();
        if (!failing) log.error({ err: error, file }, 'audit events cannot be written; calls go on without');
        failing = true;
        if (stop.signal.aborted) return;
        const wait = { ref: false, signal: stop.signal };
        await sleep(backoff.next(), undefined, wait).catch(() => undefined);
      }
    }
  };

  return {
    append: (line) => {
      const buffer = Buffer.from(`${line}\n`);
      if (stop.signal.aborted || bytes + buffer.length > most) {
        if (lost === 0) log.error({ file, most }, 'audit events are lost: too many are waiting for the disk');
        lost += 1;
        onLine('lost');
        return;
      }
      waiting.push(buffer);
      bytes += buffer.length;
      worker ??= work().finally(() => {
        worker = undefined;
      });
    },
    reopen: () => {
      renew = true;
    },
    close: async (patience = 2000) => {
      stop.abort();
      await Promise.race([worker, sleep(patience, undefined, { ref: false })]);
      for (const _ of waiting) onLine('lost');
      if (waiting.length > 0)
        log.error({ file, lost: waiting.length }, 'audit events are lost: the program ends');
      await letGo();
    },
  };
}

function take(waiting: readonly Buffer[]): Buffer[] {
  let size = 0;
  const end = waiting.findIndex((buffer) => (size += buffer.length) > BATCH);
  return waiting.slice(0, end < 0 ? waiting.length : Math.max(end, 1));
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
