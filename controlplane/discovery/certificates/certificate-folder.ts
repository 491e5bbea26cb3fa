import { coded } from '../../codes.ts';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint, followFiles, type Followed } from '../../../common/files/followed-files.ts';
import type { Log } from '../../../common/log.ts';
import { reasonOf } from '../errors.ts';
import type { Watch, Trouble } from '../watch.ts';

/** The files of an ARN's folder, and how to read them. */
export type FolderOptions<T> = {
  readonly folder: string;
  readonly arn: string;
  readonly files: readonly string[];
  /** Makes a value from the contents of the files, in their order; throws if it cannot. */
  readonly read: (where: string, contents: readonly string[]) => T;
  /** Starts a watch on the value elsewhere, used until the folder has it. */
  readonly elsewhere: (onChange: () => void) => Watch<T>;
  /** Called when the known value has changed, or the first lookup has ended. */
  readonly onChange: () => void;
  readonly onReading: (outcome: 'answered' | 'failed') => void;
  readonly log: Log;
  /** How often to check the files, or whether they exist yet, in milliseconds. Default: 500. */
  readonly interval?: number;
};

/**
 * Follows the content of a folder `CERTIFICATES/ARN` once the folder exists; before that, the watch elsewhere. A folder that
 * exists from the start is read at once. A folder that appears later is read once it is unchanged from one check to the next,
 * so that half-written files are neither used nor reported. A folder that disappears, or whose content becomes unusable, leaves
 * its last good content in force.
 */
export function followFolder<T>(options: FolderOptions<T>): Watch<T> {
  const { arn, onChange, log, interval = 500 } = options;
  const where = join(options.folder, arn);
  const paths = options.files.map((file) => join(where, file));
  const stop = new AbortController();
  let files: Followed<T> | undefined;
  let other: Watch<T> | undefined;
  let trouble: Trouble | undefined;

  /** Returns whether the folder is followed from now on. */
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
    log.error(coded('CERTIFICATE_UNUSABLE', { arn, reason }), 'a certificate cannot be used');
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
  // The loop ends only when it is stopped, or once the files are followed.
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
