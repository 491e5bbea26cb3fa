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

/** `loss`: where it is not `refuse`, damaged rows are left out of the backup. */
type Migration = { readonly folder: string; readonly loss: Loss; readonly log: Log | undefined };

/**
 * Brings the schema from `version` to this one, in one transaction. What the database holds is written to
 * `folder`/before-N.backup first, N being the new version; an empty database (version 0) holds nothing.
 * @throws StoreError where that cannot be written, DamagedRows where it cannot be read: then nothing was changed
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
    log?.info({ from: version, to: SCHEMA_VERSION, backup }, 'the schema of the store is moved forward');
  }
  const steps = MIGRATIONS.slice(version).join('\n');
  db.exec(
    `begin; ${steps}; pragma application_id = ${APPLICATION_ID}; pragma user_version = ${SCHEMA_VERSION}; commit`,
  );
}
