import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError, foreign, held, newer, unavailable } from './errors.ts';
import { readOwner, removeOwner, writeOwner } from './owner.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './sqlite-schema.ts';

/** An open database that nobody else can open, and how to let go of it. */
export type OwnedDatabase = { readonly file: string; readonly db: DatabaseSync; close(): void };

// SQLite's primary result codes (https://www.sqlite.org/rescode.html).
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** The file in a data folder that holds the model. */
export function databaseFile(folder: string): string {
  return join(resolve(folder), 'daybreak.db');
}

/**
 * Opens `folder`/daybreak.db for this process alone and brings its schema to this version. The folder is made when it
 * is missing, for this user only. The lock is the operating system's, so it goes when the process does, however it ends.
 * @param patience how long to wait for another owner to leave, in milliseconds
 * @throws StoreError
 */
export function openSqlite(folder: string, patience: number): OwnedDatabase {
  const file = databaseFile(folder);
  const db = openFile(folder, file, patience);
  try {
    // Exclusive before the first access: no other process can then read or write, and no shared memory is needed.
    db.exec('pragma locking_mode = exclusive');
    db.exec('pragma journal_mode = wal; pragma synchronous = full');
    db.exec('begin exclusive; commit');
    migrate(db, file);
    writeOwner(folder, new Date());
  } catch (error) {
    db.close();
    throw refusal(error, file, folder);
  }
  return {
    file,
    db,
    close: () => {
      removeOwner(folder);
      db.close();
    },
  };
}

function openFile(folder: string, file: string, patience: number): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new DatabaseSync(file, { timeout: patience, enableForeignKeyConstraints: true });
  } catch (error) {
    throw unavailable(`open ${file}`, error);
  }
}

function migrate(db: DatabaseSync, file: string): void {
  const version = pragma(db, 'user_version');
  const application = pragma(db, 'application_id');
  const empty = db.prepare('select count(*) as tables from sqlite_schema').get()?.['tables'] === 0;
  if (application !== APPLICATION_ID && !empty) throw foreign(file, 'it is a database of another program');
  if (version > SCHEMA_VERSION) throw newer(file, version, SCHEMA_VERSION);
  if (version === SCHEMA_VERSION) return;
  const steps = MIGRATIONS.slice(version).join('\n');
  db.exec(
    `begin; ${steps}; pragma application_id = ${APPLICATION_ID}; pragma user_version = ${SCHEMA_VERSION}; commit`,
  );
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`pragma ${name}`).get()?.[name]);
}

function refusal(error: unknown, file: string, folder: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = (error as { readonly errcode?: number }).errcode ?? 0;
  // The low byte is the primary code, the rest says more about it.
  switch (code & 0xff) {
    case SQLITE_BUSY:
      return held(file, readOwner(folder));
    case SQLITE_CORRUPT:
      return foreign(file, 'it is damaged', error);
    case SQLITE_NOTADB:
      return foreign(file, 'it is not a database', error);
    default:
      return unavailable(`open ${file}`, error);
  }
}
