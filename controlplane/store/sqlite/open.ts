import { coded } from '../../codes.ts';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../../common/files/make-folder.ts';
import type { Log } from '../../../common/log.ts';
import { DamagedRows } from '../damaged-rows.ts';
import {
  adviceOnRows,
  damaged,
  emptied,
  foreign,
  held,
  LOSS_ACCEPTED,
  lostCommits,
  StoreError,
  unavailable,
} from '../errors.ts';
import { readMark } from '../mark.ts';
import { migrateSqlite } from './migrate.ts';
import { readOwner, removeOwner, writeOwner } from '../owner.ts';
import { addChecksumFunctions } from '../row-checksum.ts';
import { currentRevision } from './contents.ts';
import { deleteDamaged, structuralDamage } from './damage.ts';
import { requireOurs } from './version.ts';
import type { Loss } from '../store.ts';

/** A database that this process holds exclusively. `mark`: the revision in its high-water mark. `close` releases the lock. */
export type OwnedDatabase<S> = {
  readonly db: DatabaseSync;
  readonly statements: S;
  readonly mark: number | undefined;
  close(): void;
};

/** `patience`: how long to wait for another owner to release the folder, in milliseconds. */
export type OpenOptions = {
  readonly folder: string;
  readonly patience: number;
  readonly loss: Loss;
  readonly log: Log | undefined;
};

// SQLite's primary result codes (https://www.sqlite.org/rescode.html).
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
// An extended code: the file ends within a page.
const SQLITE_IOERR_SHORT_READ = 522;

/** Returns the file in a data folder that holds the model. */
export function databaseFile(folder: string): string {
  return join(resolve(folder), 'daybreak.db');
}

/**
 * Opens `folder`/daybreak.db exclusively, checks its integrity, and migrates its schema to this version. A missing folder is
 * created with access for this user only. The lock belongs to the operating system, which releases it when the process ends
 * for any reason. `prepare` prepares the statements, which shows whether the tables are as expected.
 * @throws StoreError
 */
export function openSqlite<S>(options: OpenOptions, prepare: (db: DatabaseSync) => S): OwnedDatabase<S> {
  const { folder, loss, log } = options;
  const file = databaseFile(folder);
  const db = openFile(options, file);
  try {
    // Exclusive before the first access: no other process can then read or write, and no shared memory is needed.
    db.exec('pragma locking_mode = exclusive');
    db.exec('pragma journal_mode = wal; pragma synchronous = full');
    db.exec('begin exclusive; commit');
    const mark = readMark(folder, log);
    addChecksumFunctions(db);
    const version = requireOurs(db, file);
    requireWhole(db, version, mark, options);
    migrateSqlite(db, version, options);
    const statements = prepare(db);
    if (loss === 'accept') {
      const damagedRows = deleteDamaged(db);
      log?.warn(
        coded('LOSS_ACCEPTED', { store: file, mark, revision: currentRevision(db), damagedRows }),
        LOSS_ACCEPTED,
      );
    }
    writeOwner(folder, new Date(), log);
    return { db, statements, mark, close: () => release(db, folder) };
  } catch (error) {
    db.close();
    throw refusal(error, file, folder);
  }
}

function release(db: DatabaseSync, folder: string): void {
  removeOwner(folder);
  db.close();
}

/** Runs before SQLite opens the file, because SQLite would delete the log of an empty database. */
function requireFile({ folder, loss }: OpenOptions, file: string): void {
  if (loss !== 'refuse' || sizeOf(file) > 0) return;
  const mark = readMark(folder, undefined) ?? 0;
  if (mark > 0 || sizeOf(`${file}-wal`) > 0) throw emptied(file, folder, mark);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function openFile(options: OpenOptions, file: string): DatabaseSync {
  const { folder, patience } = options;
  try {
    requireFile(options, file);
    makeFolder(folder, 0o700);
    return new DatabaseSync(file, { timeout: patience, enableForeignKeyConstraints: true });
  } catch (error) {
    throw error instanceof StoreError ? error : unavailable(`open ${file}`, error);
  }
}

/** Checks that no acknowledged commit is missing, as far as the mark tells. Rows are checked when they are read. */
function requireWhole(
  db: DatabaseSync,
  version: number,
  mark: number | undefined,
  { folder, loss }: OpenOptions,
): void {
  const file = databaseFile(folder);
  const structure = structuralDamage(db);
  if (structure !== undefined) throw damagedFile(folder, new Error(structure));
  const revision = version === 0 ? 0 : currentRevision(db);
  if (loss === 'refuse' && mark !== undefined && revision < mark) {
    throw lostCommits(file, folder, revision, mark);
  }
}

function damagedFile(folder: string, cause: Error): StoreError {
  return damaged(
    `open ${databaseFile(folder)}`,
    cause,
    `Move daybreak.db and daybreak.db-wal out of ${folder}, and restore a backup: daybreak restore FILE --data ${folder}.`,
  );
}

function refusal(error: unknown, file: string, folder: string): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof DamagedRows) return damaged(`open ${file}`, error, adviceOnRows(`--data ${folder}`));
  const code = (error as { readonly errcode?: number }).errcode ?? 0;
  if (code === SQLITE_IOERR_SHORT_READ) return damagedFile(folder, error as Error);
  // The low byte is the primary code, the other bytes refine it.
  switch (code & 0xff) {
    case SQLITE_BUSY:
      return held(file, readOwner(folder));
    case SQLITE_ERROR:
    case SQLITE_CORRUPT:
      return damagedFile(folder, error as Error);
    case SQLITE_NOTADB:
      return foreign(file, 'it is not a database', error);
    default:
      return unavailable(`open ${file}`, error);
  }
}
