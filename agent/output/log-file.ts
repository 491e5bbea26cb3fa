import { errorText } from '../../common/error-text.ts';
import type { LogFileSettings } from '../settings/log-file-settings.ts';
import { openRotatingFile } from './rotating-file.ts';
import type { WriteLines } from '../../common/output/write-lines.ts';

/** A log file that is renamed when it is full. Several writers may use it at once. */
export type LogFile = {
  readonly write: WriteLines;
  /** Writes lines at once, when the process ends. Returns whether it has. */
  writeNow(lines: Buffer): boolean;
  close(): Promise<void>;
};

/** Called when the file cannot be written, with the reason, and when it can be again, with undefined. */
export type OnProblem = (reason: string | undefined) => void;

const NEWLINE = 0x0a;

/**
 * Opens a log file, or continues it. Writes one after the other, and never more than its size, except for a line that is longer. A full
 * disk, or a folder that is gone, loses only the lines of that time; the file is opened again when it can be.
 * @throws Error if the file cannot be opened now
 */
export async function openLogFile(settings: LogFileSettings, onProblem: OnProblem): Promise<LogFile> {
  const { path, maxBytes, keep } = settings;
  const file = await openRotatingFile(path, keep);
  /** Whether the last line in the file lacks its end, because the disk was full. */
  let isTorn = false;
  let problem: string | undefined;
  let rotationProblem: string | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** Begins a new file. If that fails, the old one takes as many bytes again. */
  async function rotate(): Promise<void> {
    try {
      await file.rotate();
      rotationProblem = undefined;
    } catch (error) {
      const reason = `cannot begin a new file: ${errorText(error)}`;
      if (reason !== rotationProblem) onProblem(reason);
      rotationProblem = reason;
    }
  }

  function report(reason: string | undefined): void {
    if (reason !== problem) onProblem(reason);
    problem = reason;
  }

  /** Writes as many bytes as possible. Returns the number of bytes that were lost. */
  async function writeAll(lines: Buffer): Promise<number> {
    let rest = lines;
    try {
      await file.check();
      if (isTorn) await file.write(Buffer.from('\n'));
      isTorn = false;
      while (rest.length > 0) {
        const piece = fitting(rest, maxBytes - file.size(), file.size() === 0);
        if (piece.length === 0) await rotate();
        else rest = rest.subarray(await file.write(piece));
      }
      report(undefined);
      return 0;
    } catch (error) {
      const before = lines[lines.length - rest.length - 1];
      isTorn ||= before !== undefined && before !== NEWLINE;
      report(errorText(error));
      return rest.length;
    }
  }

  return {
    write(lines) {
      const written = last.then(() => writeAll(lines));
      last = written;
      return written;
    },
    writeNow: (lines) => file.writeNow(lines),
    async close() {
      await last;
      await file.close();
    },
  };
}

/** Returns the whole lines that fit into `room` bytes. If not even one fits into a new file, returns this one. */
function fitting(lines: Buffer, room: number, isNew: boolean): Buffer {
  if (lines.length <= room) return lines;
  const end = room <= 0 ? 0 : lines.lastIndexOf(NEWLINE, room - 1) + 1;
  if (end > 0 || !isNew) return lines.subarray(0, end);
  const first = lines.indexOf(NEWLINE) + 1;
  return first === 0 ? lines : lines.subarray(0, first);
}
