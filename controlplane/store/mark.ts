import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { seal, unseal } from '../../common/files/seal.ts';
import { errorCode } from '../../common/error-code.ts';

/**
 * The high-water mark: the newest revision, in its own file beside the database. A database below the mark has lost commits.
 * The mark is written asynchronously, so it may lag, and only after a commit is durable, so it is never ahead.
 */
export type Mark = {
  /** Records the newest durable revision. Returns at once. */
  note(revision: number): void;
  /** Writes the last recorded revision, and waits for the write. */
  close(): Promise<void>;
};

/** Returns the path of the mark in a data folder. */
function markFile(folder: string): string {
  return join(folder, 'newest-revision');
}

/** The shortest time between two writes, in milliseconds. */
const PAUSE_MS = 100;

/** Reads the mark of `folder`; undefined if it is missing or unreadable. An unreadable mark is logged. */
export function readMark(folder: string, log: Log | undefined): number | undefined {
  const file = markFile(folder);
  try {
    const { revision } = unseal(readFileSync(file, 'utf8')) as { readonly revision: number };
    return revision;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    log?.warn({ file, err: error }, 'cannot read the revision mark: skipping the check for lost commits');
    return undefined;
  }
}

/** Maintains the mark of `folder`, whose file holds `written` now. A failed write is logged and blocks nothing. */
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
        // A mark that lags does no harm; the next commit retries.
        if (!isFailing) log?.warn({ file, err: error }, 'cannot write the revision mark');
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
