import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { errorCode } from '../error-code.ts';

/** The content of watched files. */
export type Followed<T> = {
  /** Returns the value of the last successful read. */
  readonly current: () => T;
  /** Calls `listener` after each successful read but the first. Returns a function that removes the listener. */
  readonly onChange: (listener: (value: T) => void) => () => void;
  readonly close: () => void;
};

/** Options of `followFiles`. */
export type FollowOptions<T> = {
  /** Name of the content for the log, e.g. `credentials`. */
  readonly what: string;
  readonly files: readonly string[];
  /** Parses the contents, in the order of `files`. Throws if they are invalid. */
  readonly read: (...contents: readonly Buffer[]) => T;
  readonly log: Log;
  /** Poll interval in milliseconds. Default: 500. */
  readonly interval?: number;
  /** Called after each read but the first, with the error of a failed one. */
  readonly onReading?: (outcome: 'read' | 'refused', error?: unknown) => void;
};

/**
 * Reads files, and reads them again when one is written, replaced, or linked elsewhere. Polls, because no notification covers all of
 * these cases. Reads a change only after two equal polls, to avoid half-written files and a key without its certificate. If the new
 * content is invalid, the last good value stays in force, and the log has the error, once per change.
 * @throws Error of the first read
 */
export async function followFiles<T>({
  what,
  files,
  read,
  log,
  interval = 500,
  onReading,
}: FollowOptions<T>): Promise<Followed<T>> {
  const listeners = new Set<(value: T) => void>();
  const stop = new AbortController();
  let known = await fingerprint(files);
  let value = read(...(await contentsOf(what, files)));

  const readAgain = async (): Promise<void> => {
    try {
      value = read(...(await contentsOf(what, files)));
    } catch (error) {
      onReading?.('refused', error);
      log.error(
        { code: 'FILE_REFUSED', err: error, files },
        `the ${what} changed and cannot be used: the previous content stays in force`,
      );
      return;
    }
    onReading?.('read');
    log.info({ files }, `the ${what} changed and was read again`);
    for (const listener of listeners) listener(value);
  };
  const follow = async (): Promise<void> => {
    let seen = known;
    while (!stop.signal.aborted) {
      await sleep(interval, undefined, { ref: false, signal: stop.signal });
      const now = await fingerprint(files);
      if (now === seen && now !== known) {
        known = now;
        await readAgain();
      }
      seen = now;
    }
  };
  follow().catch((error: unknown) => {
    // A fault of a listener would end the watch without a word.
    if (!stop.signal.aborted) throw error;
  });

  return {
    current: () => value,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      stop.abort();
      listeners.clear();
    },
  };
}

/** If several files are unreadable, the error names the first. */
async function contentsOf(what: string, files: readonly string[]): Promise<readonly Buffer[]> {
  const contents: Buffer[] = [];
  for (const file of files) {
    try {
      contents.push(await readFile(file));
    } catch (error) {
      throw new Error(`the ${what} cannot be read from ${file}`, { cause: error });
    }
  }
  return contents;
}

/** Returns a text that changes when one of the files or folders changes, without reading them. Missing ones count as a state too. */
export async function fingerprint(files: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    files.map(async (file) => {
      try {
        const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
        return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
      } catch (error) {
        return errorCode(error) ?? 'unknown';
      }
    }),
  );
  return parts.join('\n');
}
