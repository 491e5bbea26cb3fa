import type { DatabaseSync } from 'node:sqlite';
import { foreign, newer } from '../errors.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';

/**
 * Returns the schema version of a database; 0 if it is empty. `file` names it in errors.
 * @throws StoreError `foreign`, `newer`
 */
export function requireOurs(db: DatabaseSync, file: string): number {
  const version = pragma(db, 'user_version');
  const empty = db.prepare('select count(*) as tables from sqlite_schema').get()?.['tables'] === 0;
  if (pragma(db, 'application_id') !== APPLICATION_ID && !empty) {
    throw foreign(file, 'it is a database of another program');
  }
  if (version > SCHEMA_VERSION) throw newer(file, version, SCHEMA_VERSION);
  return version;
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`pragma ${name}`).get()?.[name]);
}
