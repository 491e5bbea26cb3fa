import manifest from '../../package.json' with { type: 'json' };
import { backupLines, countOf, readBackup } from '../../controlplane/backup/format.ts';
import { BACKUP_PATH } from '../../controlplane/backup/route.ts';
import { openStore } from '../../controlplane/store/open-store.ts';
import type { StoreLocation } from '../../controlplane/store/location.ts';
import { createLog } from '../../common/log.ts';
import { writeDurably } from '../../common/files/write-durably.ts';
import { CommandError } from '../errors.ts';
import type { Client } from '../client/client.ts';

/** Asks a running control plane for all that its store holds. */
export function backupOf(client: Client): Promise<string> {
  return client.readText(BACKUP_PATH);
}

/** Reads all that a store holds, without a control plane. */
export async function backupOfStore(location: StoreLocation): Promise<string> {
  const store = await openStore(location, createLog('backup', 'warn'), 'refuse');
  try {
    return [...backupLines(await store.contents(), manifest.version, new Date())].join('');
  } finally {
    await store.close();
  }
}

/**
 * Checks a backup and writes it: to a file, or where none is named to stdout. Says on stderr what it is.
 * @throws BackupError where it did not arrive whole; CommandError where the file cannot be written
 */
export function saveBackup(
  text: string,
  file: string | undefined,
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
): void {
  const { header, contents } = readBackup(text, 'the backup as it arrived');
  if (file === undefined) {
    stdout.write(text);
    return;
  }
  try {
    writeDurably(file, text);
  } catch (error) {
    throw new CommandError(`${file} cannot be written`, { cause: error });
  }
  stderr.write(`${file}: ${countOf(contents)}, as of revision ${header.revision}\n`);
}
