import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '../../../common/log.ts';
import { DamagedRows } from '../damaged-rows.ts';
import { adviceOnRows, damaged, StoreError, unavailable } from '../errors.ts';
import { keepMark } from '../mark.ts';
import { openSqlite } from './open.ts';
import { sqliteHistory } from './changes.ts';
import { sqliteWrites } from './commit.ts';
import { currentRevision, readContents, replaceContents } from './contents.ts';
import { probe } from './probe.ts';
import { sqliteSpecHistory } from './spec-history.ts';
import type { Hint, Loss, Store } from '../store.ts';

// SQLite's primary result codes (https://www.sqlite.org/rescode.html): ERROR, CORRUPT, NOTADB.
const DAMAGE: ReadonlySet<number> = new Set([1, 11, 26]);

/**
 * `patience`: how long to wait for another owner to release the folder, in milliseconds; default 2000. `loss`: default
 * `refuse`. `log`: default none.
 */
export type SqliteOptions = {
  readonly folder: string;
  readonly patience?: number;
  readonly loss?: Loss;
  readonly log?: Log;
};

/**
 * Opens the embedded store: one SQLite file in a folder that this process holds exclusively. The engine is synchronous: a
 * commit blocks the process until the disk has made it durable.
 * @throws StoreError if the folder cannot be used
 */
export function openSqliteStore({ folder, patience = 2000, loss = 'refuse', log }: SqliteOptions): Store {
  const owned = openSqlite({ folder, patience, loss, log }, (db) => ({
    writes: sqliteWrites(db),
    history: sqliteHistory(db),
    specHistory: sqliteSpecHistory(db),
  }));
  const {
    db,
    statements: { writes, history, specHistory },
  } = owned;
  const mark = keepMark(folder, owned.mark, log);
  if (loss !== 'replace') mark.note(currentRevision(db));
  const listeners = new Set<(hint: Hint) => void>();
  let closed = false;

  const guard = async <T>(what: string, work: () => T): Promise<T> => {
    if (closed) throw new StoreError('STORE_UNAVAILABLE', `the store failed to ${what}: it is closed`);
    try {
      return work();
    } catch (error) {
      if (error instanceof DamagedRows) throw damaged(what, error, adviceOnRows(`--data ${folder}`));
      throw isDamage(error) ? damaged(what, error) : unavailable(what, error);
    }
  };
  const hint = (revision: number): void => {
    for (const listener of listeners) listener({ kind: 'committed', revision });
  };

  return {
    isShared: false,
    commit: (write) =>
      guard('commit', () => {
        const written = transaction(db, () => writes.commit(write));
        if (written.outcome === 'committed') mark.note(written.revision);
        // After the promise's own continuation: the writer has applied the change before the hint arrives.
        if (written.outcome === 'committed') setImmediate(hint, written.revision);
        return written;
      }),
    changesSince: (revision) => guard('read changes', () => history.changesSince(revision)),
    prune: (kept) => guard('prune tombstones', () => transaction(db, () => history.prune(kept))),
    tokenContent: (key, now) => guard('read a client token', () => writes.tokenContent(key, now)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    // No other process can have the folder open.
    announce: () => Promise.resolve(),
    onAnnouncement: () => () => undefined,
    history: (query) => guard('read its history', () => specHistory.history(query)),
    contents: () => guard('read its contents', () => readContents(db)),
    replace: (contents, mayReplace) =>
      guard('be replaced', () => {
        const replaced = transaction(db, () => replaceContents(db, contents, mayReplace, owned.mark ?? 0));
        // If an empty store was replaced by empty contents, no row has the revision.
        if (replaced.outcome === 'replaced') mark.note(currentRevision(db));
        if (replaced.outcome === 'replaced') setImmediate(hint, replaced.revision);
        return replaced;
      }),
    probe: () => guard('write', () => probe(db)),
    close: async () => {
      if (closed) return;
      closed = true;
      listeners.clear();
      await mark.close();
      owned.close();
    },
  };
}

/** Whether a table is missing, or the file is damaged. */
function isDamage(error: unknown): error is Error {
  const { errcode } = error as { readonly errcode?: number };
  return errcode !== undefined && DAMAGE.has(errcode & 0xff);
}

function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('begin immediate');
  try {
    const result = work();
    db.exec('commit');
    return result;
  } catch (error) {
    // SQLite itself rolls back after some errors (a full disk); a second rollback would hide the first error.
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}
