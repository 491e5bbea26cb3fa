import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { createLog } from '../../common/log.ts';
import { countOf, readBackup } from '../../controlplane/backup/format.ts';
import { restore } from '../../controlplane/backup/restore.ts';
import { withoutPassword, type StoreLocation } from '../../controlplane/store/location.ts';
import { openStore } from '../../controlplane/store/open-store.ts';
import { CommandError } from '../errors.ts';

/** Options of `daybreak restore`. `file`: `-` is stdin. `replace`: delete the existing content of the store. */
export type RestoreOptions = {
  readonly file: string;
  readonly location: StoreLocation;
  readonly replace: boolean;
};

/**
 * Restores a backup into a store, in one atomic commit. It checks the backup before it opens the store.
 * @throws BackupError, StoreError; CommandError if the file cannot be read
 */
export async function restoreBackup(
  { file, location, replace }: RestoreOptions,
  { stdin, stderr }: Pick<NodeJS.Process, 'stdin' | 'stderr'>,
): Promise<void> {
  const name = file === '-' ? 'stdin' : file;
  const backup = readBackup(await read(file, stdin), name);
  const where = location.engine === 'sqlite' ? location.folder : withoutPassword(location.url);
  const log = createLog('restore', 'warn');
  const store = await openStore(location, log, 'replace');
  try {
    const revision = await restore(store, backup, { where, mayReplace: replace, log });
    stderr.write(
      `${where}: ${countOf(backup.contents)} of ${backup.header.createdAt}, restored as revision ${revision}\n`,
    );
  } finally {
    await store.close();
  }
}

async function read(file: string, stdin: NodeJS.ReadStream): Promise<string> {
  try {
    return file === '-' ? await readAll(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file} cannot be read`, { cause: error });
  }
}
