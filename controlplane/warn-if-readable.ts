import { stat } from 'node:fs/promises';
import type { Source } from '../common/files/source.ts';
import type { Log } from '../common/log.ts';
import { coded } from './codes.ts';

/**
 * Warns if every user of the machine has rights on the file of a secret. A text in a variable is in no file.
 * @param what what the file has, for the log
 */
export async function warnIfReadable(source: Source, what: string, log: Log): Promise<void> {
  if (source.kind !== 'file') return;
  const { mode } = await stat(source.path);
  if ((mode & 0o007) === 0) return;
  const shown = (mode & 0o777).toString(8);
  log.warn(
    coded('FILE_READABLE', { file: source.path, mode: shown }),
    `every user of this machine may read ${what}`,
  );
}
