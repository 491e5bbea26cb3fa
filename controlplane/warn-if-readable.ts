import { stat } from 'node:fs/promises';
import type { Source } from '../common/files/source.ts';
import type { Log } from '../common/log.ts';
import { coded } from './codes.ts';

/**
 * Warns, in one line, if other users of the machine have rights on the file of a secret. No error: Kubernetes mounts secrets with mode 644 unless a
 * manifest says otherwise, and volumes of ECS keep the mode of the host. A text in a variable is in no file.
 * @param what what the file has, for the log
 */
export async function warnIfReadable(source: Source, what: string, log: Log): Promise<void> {
  if (source.kind !== 'file') return;
  const found = await stat(source.path).catch(() => undefined);
  // The file may be replaced at this moment. It has been read.
  if (found === undefined || !isOpenToOthers(found)) return;
  const shown = (found.mode & 0o777).toString(8);
  log.warn(
    coded('FILE_READABLE', { file: source.path, mode: shown }),
    `other users of this machine have rights on ${what}`,
  );
}

/**
 * Whether others than its owner have rights on a file. A group may read a file of root: a service that runs as another user has no other way. This is the
 * rule of PostgreSQL for its ssl_key_file: 0600 or less, or 0640 or less if root owns it.
 */
export function isOpenToOthers({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean {
  return (mode & (uid === 0 ? 0o037 : 0o077)) !== 0;
}
