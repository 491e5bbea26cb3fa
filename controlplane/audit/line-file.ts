import { coded } from '../codes.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';
import { rotatedFile } from './rotated-file.ts';

/** A log file that may be rotated at any time. `append` never waits for the disk and never fails. */
export type LineFile = {
  /** Queues a line, without its newline. */
  readonly append: (line: string) => void;
  /** Reopens the file by its name before the next line. A moved file is also detected without this call. */
  readonly reopen: () => void;
  /** Writes the queued lines, if the disk accepts them within `patience` milliseconds. Default 2000. */
  readonly close: (patience?: number) => Promise<void>;
};

/** Options of a line file. */
export type LineFileOptions = {
  readonly file: string;
  readonly log: Log;
  /** Called for each line that was written or dropped. */
  readonly onLine: (outcome: 'written' | 'lost') => void;
  /** The bound of the queue, in bytes. Default 8 MiB; lines beyond it are dropped. */
  readonly most?: number;
  /** The first back-off after a failure, in milliseconds; it doubles up to 30 s. Default 1000. */
  readonly pause?: number;
};

const LONGEST_PAUSE = 30_000;
/** The size of one write, in bytes. */
const BATCH = 256 * 1024;

/** Creates a line file. The file is opened with the first line, and errors are logged then. */
export function openLineFile({
  file,
  log,
  onLine,
  most = 8 * 1024 * 1024,
  pause = 1000,
}: LineFileOptions): LineFile {
  const waiting: Buffer[] = [];
  let bytes = 0;
  const output = rotatedFile(file);
  let failing = false;
  let lost = 0;
  let worker: Promise<void> | undefined;
  const backoff = createBackoff(pause, LONGEST_PAUSE);
  const stop = new AbortController();

  const writeSome = async (): Promise<void> => {
    const batch = take(waiting);
    const buffer = Buffer.concat(batch);
    const bytesWritten = await output.write(buffer);
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
    // Lines that are appended in the same turn of the event loop join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      try {
        await writeSome();
        if (failing) log.info({ file, lost }, 'audit events can be written again');
        failing = false;
        lost = 0;
        backoff.reset();
      } catch (error) {
        // A partly written line is written again as a whole, on a new line.
        await output.close();
        if (!failing)
          log.error(coded('AUDIT_LOST', { err: error, file }), 'cannot write audit events; calls continue');
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
        if (lost === 0)
          log.error(coded('AUDIT_LOST', { file, most }), 'audit events are dropped: the queue is full');
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
    reopen: output.reopen,
    close: async (patience = 2000) => {
      stop.abort();
      await Promise.race([worker, sleep(patience, undefined, { ref: false })]);
      for (const _ of waiting) onLine('lost');
      if (waiting.length > 0)
        log.error(
          coded('AUDIT_LOST', { file, lost: waiting.length }),
          'audit events are dropped: the program ends before they are written',
        );
      await output.close();
    },
  };
}

function take(waiting: readonly Buffer[]): Buffer[] {
  let size = 0;
  const end = waiting.findIndex((buffer) => (size += buffer.length) > BATCH);
  return waiting.slice(0, end < 0 ? waiting.length : Math.max(end, 1));
}
