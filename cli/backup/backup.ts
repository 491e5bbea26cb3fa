import manifest from '../../package.json' with { type: 'json' };
import { backupLines, countOf, readBackup } from '../../controlplane/backup/format.ts';
import { BACKUP_PATH } from '../../controlplane/backup/route.ts';
import { openStore } from '../../controlplane/store/open-store.ts';
import type { StoreLocation } from '../../controlplane/store/location.ts';
import type { Store } from '../../controlplane/store/store.ts';
import { waitForStore } from '../../controlplane/store/wait-for-store.ts';
import { createLog, type Log } from '../../common/log.ts';
import { writeDurably } from '../../common/files/write-durably.ts';
import { CommandError } from '../errors.ts';
import type { Client } from '../client/client.ts';

/** Returns a backup of the whole store, from a running control plane. */
export function backupOf(client: Client): Promise<string> {
  return client.readText(BACKUP_PATH);
}

/** Returns a backup of the whole store, read without a control plane. */
export async function backupOfStore(location: StoreLocation): Promise<string> {
  const log = createLog('backup', 'warn');
  const store = await openStore(location, log, 'refuse');
  try {
    return await readStore(store, log);
  } finally {
    await store.close();
  }
}

/** Returns a backup of an open store. Waits up to `patienceMs` for a store that cannot be reached; default 30,000. */
export async function readStore(
  store: Pick<Store, 'contents'>,
  log: Log,
  patienceMs?: number,
): Promise<string> {
  const contents = await waitForStore(() => store.contents(), log, patienceMs);
  return [...backupLines(contents, manifest.version, new Date())].join('');
}

/**
 * Checks a backup and writes it to `file`, with a summary on stderr; to stdout if `file` is undefined.
 * @throws BackupError if the backup is incomplete; CommandError if the file cannot be written
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
