import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';

/** What stands in files that may change while the program runs. */
export type Followed<T> = {
  /** As of the last good reading. */
  readonly current: () => T;
  /** Is told of each good reading after the first. Returns how to stop. */
  readonly onChange: (listener: (value: T) => void) => () => void;
  readonly close: () => void;
};

/** How to follow files. */
export type FollowOptions<T> = {
  /** What the files are together, for the log: `credentials`. */
  readonly what: string;
  readonly files: readonly string[];
  /** Makes a value of the files' contents, in their order; throws where it cannot. */
  readonly read: (...contents: readonly Buffer[]) => T;
  readonly log: Log;
  /** How often to look, in milliseconds. Default 500. */
  readonly interval?: number;
  /** Is told of each reading after the first, good or bad, and of what was wrong with a bad one. */
  readonly onReading?: (outcome: 'read' | 'refused', error?: unknown) => void;
};

/**
 * Reads files, and reads them again when one of them is another one: written, replaced, or behind a link that leads elsewhere.
 * It looks at them now and then, because no notification covers all of these. A change is read once the files have stood
 * still from one look to the next, so that a half-written file, or a key without its certificate, is not. What cannot be read
 * then leaves the last good value in force, and is said in the log, once a change.
 * @throws Error as the first reading throws it
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
        { err: error, files },
        `the ${what} changed and cannot be used: what was read before stays in force`,
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
  // It only ends by being stopped.
  follow().catch(() => undefined);

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

/** Where several cannot be read, the error names the first. */
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

/** What tells apart two states of some files or folders without reading them. One that is not there counts as well. */
export async function fingerprint(files: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    files.map(async (file) => {
      try {
        const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
        return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? 'unknown';
      }
    }),
  );
  return parts.join('\n');
}
