import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { seal, unseal } from '../../common/files/seal.ts';

/**
 * The newest revision, in a file of its own beside the database: a database that is below it has lost commits. It is written
 * without waiting, so it may be a little behind, and only with what is durable, so it is never ahead.
 */
export type Mark = {
  /** Takes down what the newest durable revision is. Returns at once. */
  note(revision: number): void;
  /** Writes the last one that was noted, and waits for it. */
  close(): Promise<void>;
};

/** Where the mark is in a data folder. */
export function markFile(folder: string): string {
  return join(folder, 'newest-revision');
}

/** The least time from one writing to the next, in milliseconds. */
const PAUSE_MS = 100;

/** The revision in the mark of `folder`; undefined where there is none, or where it cannot be read, which is logged. */
export function readMark(folder: string, log: Log | undefined): number | undefined {
  const file = markFile(folder);
  try {
    const { revision } = unseal(readFileSync(file, 'utf8')) as { readonly revision: number };
    return revision;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    log?.warn({ file, err: error }, 'the mark of the newest revision cannot be read: it is not looked at');
    return undefined;
  }
}

/** Keeps the mark of `folder`, whose file says `written` now. A disk that does not take it is logged; nothing waits for it. */
export function keepMark(folder: string, written: number | undefined, log: Log | undefined): Mark {
  const file = markFile(folder);
  const closing = new AbortController();
  let newest = written;
  let isBehind = false;
  let isFailing = false;
  let writing: Promise<void> | undefined;

  const follow = async (): Promise<void> => {
    while (isBehind) {
      isBehind = false;
      try {
        await replace(file, seal({ revision: newest }));
        isFailing = false;
      } catch (error) {
        // The file is behind then, which does no harm; the next commit brings the next try.
        if (!isFailing) log?.warn({ file, err: error }, 'the mark of the newest revision cannot be written');
        isFailing = true;
      }
      await sleep(PAUSE_MS, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
    }
    writing = undefined;
  };

  return {
    note(revision) {
      if (revision === newest) return;
      newest = revision;
      isBehind = true;
      writing ??= follow();
    },
    async close() {
      closing.abort();
      await writing;
    },
  };
}

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.new`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}
