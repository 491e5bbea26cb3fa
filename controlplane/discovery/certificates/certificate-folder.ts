import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint, followFiles, type Followed } from '../../../common/files/followed-files.ts';
import type { Log } from '../../../common/log.ts';
import { reasonOf } from '../errors.ts';
import type { Watch, Trouble } from '../watch.ts';

/** Files of an ARN's folder, and what they are together. */
export type FolderOptions<T> = {
  readonly folder: string;
  readonly arn: string;
  readonly files: readonly string[];
  /** Makes a value of the files' contents, in their order; throws where it cannot. */
  readonly read: (where: string, contents: readonly string[]) => T;
  /** Follows what the ARN stands for elsewhere, until the folder has it. */
  readonly elsewhere: (onChange: () => void) => Watch<T>;
  /** What is known has changed, or the first look has ended. */
  readonly onChange: () => void;
  readonly onReading: (outcome: 'answered' | 'failed') => void;
  readonly log: Log;
  /** How often to look at the files, or whether there are any by now, in milliseconds. Default: 500. */
  readonly interval?: number;
};

/**
 * Follows what a folder `CERTIFICATES/ARN` holds, as soon as there is one; before, what is known elsewhere. A folder that is
 * there from the start is read at once; one that comes later, once it has stood still from one look to the next, so that what
 * is being written is neither taken nor said to be wrong. A folder that goes away again, or comes to hold what cannot be used,
 * leaves its last good content in force.
 */
export function followFolder<T>(options: FolderOptions<T>): Watch<T> {
  const { arn, onChange, log, interval = 500 } = options;
  const where = join(options.folder, arn);
  const paths = options.files.map((file) => join(where, file));
  const stop = new AbortController();
  let files: Followed<T> | undefined;
  let other: Watch<T> | undefined;
  let trouble: Trouble | undefined;

  /** Answers whether the folder is followed from now on. */
  async function open(): Promise<boolean> {
    try {
      files = await followFiles<T>({
        what: `certificate ${arn}`,
        files: paths,
        read: (...contents) => options.read(where, contents.map(String)),
        log,
        interval,
        onReading: (outcome, error) => noteReading(outcome === 'read' ? undefined : reasonOf(error)),
      });
    } catch (error) {
      noteFailure(reasonOf(error));
      return false;
    }
    options.onReading('answered');
    files.onChange(onChange);
    return true;
  }

  function noteReading(problem: string | undefined): void {
    options.onReading(problem === undefined ? 'answered' : 'failed');
    trouble =
      problem === undefined
        ? undefined
        : { since: Date.now(), reason: `its files changed and cannot be used: ${problem}` };
  }

  function noteFailure(reason: string): void {
    if (trouble?.reason === reason) return;
    options.onReading('failed');
    log.error({ arn, reason }, 'a certificate cannot be used');
    const first = trouble === undefined;
    trouble = { since: Date.now(), reason };
    if (first) onChange();
  }

  async function follow(): Promise<void> {
    let seen: string | undefined;
    for (;;) {
      const isThere = await isFolder(where);
      const now = await fingerprint([where, ...paths]);
      const isStill = seen === undefined || now === seen;
      seen = now;
      if (!isThere) other ??= stop.signal.aborted ? undefined : options.elsewhere(onChange);
      else if (isStill && (await open())) break;
      await sleep(interval, undefined, { ref: false, signal: stop.signal });
    }
    if (stop.signal.aborted) files?.close();
    other?.close();
    trouble = undefined;
    onChange();
  }
  // It only ends by being stopped, or with files that are followed.
  follow().catch(() => undefined);

  return {
    current: () => (files === undefined ? other?.current() : files.current()),
    settled: () => files !== undefined || trouble !== undefined || other?.settled() === true,
    trouble: () => trouble ?? (files === undefined ? other?.trouble() : undefined),
    answeredAt: () => (files === undefined ? other?.answeredAt() : undefined),
    close: () => {
      stop.abort();
      files?.close();
      other?.close();
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
