import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import manifest from '../../../package.json' with { type: 'json' };
import type { Log } from '../../../common/log.ts';
import { writeDurably } from '../../../common/files/write-durably.ts';
import { backupLines } from '../../backup/format.ts';
import { noBackup } from '../errors.ts';
import { readContents, tablesOf } from './contents.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import type { Loss } from '../store.ts';

/** `loss`: unless it is `refuse`, the backup leaves out damaged rows. */
type Migration = { readonly folder: string; readonly loss: Loss; readonly log: Log | undefined };

/**
 * Migrates the schema from `version` to this one in one transaction. Before that, the contents are written to the backup
 * `folder`/before-N.backup, where N is the new version; an empty database (version 0) needs no backup.
 * @throws StoreError if the backup cannot be written, DamagedRows if the contents cannot be read: then nothing was changed
 */
export function migrateSqlite(db: DatabaseSync, version: number, { folder, loss, log }: Migration): void {
  if (version === SCHEMA_VERSION) return;
  if (version > 0) {
    const backup = join(folder, `before-${SCHEMA_VERSION}.backup`);
    const contents = readContents(db, tablesOf(version, loss !== 'refuse'));
    const lines = backupLines(contents, manifest.version, new Date());
    try {
      writeDurably(backup, [...lines].join(''));
    } catch (error) {
      throw noBackup(backup, error);
    }
    log?.info({ from: version, to: SCHEMA_VERSION, backup }, 'migrating the schema of the store');
  }
  const steps = MIGRATIONS.slice(version).join('\n');
  db.exec(
    `begin; ${steps}; pragma application_id = ${APPLICATION_ID}; pragma user_version = ${SCHEMA_VERSION}; commit`,
  );
}
