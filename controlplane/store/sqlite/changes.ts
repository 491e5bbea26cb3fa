import type { DatabaseSync } from 'node:sqlite';
import { readChanges } from './rows.ts';
import type { Changes } from '../store.ts';

/** Implements Store.changesSince and Store.prune. Call `prune` in a transaction. */
export type SqliteHistory = { changesSince(revision: number): Changes; prune(kept: number): void };

/** Prepares the statements. */
export function sqliteHistory(db: DatabaseSync): SqliteHistory {
  const since = db.prepare(
    'select * from resource where revision > ? order by revision, kind, owner, mesh, parent, name',
  );
  const forgotten = db.prepare('select forgotten from store');
  const oldestKept = db.prepare(
    'select revision from resource where body is null order by revision desc limit 1 offset ?',
  );
  const forget = db.prepare(
    `delete from resource as old where body is null and revision < ? and (
       revision < (select max(revision) from resource where owner = old.owner and mesh = old.mesh)
       or not exists (select 1 from resource where owner = old.owner and mesh = old.mesh and body is not null)
     ) returning revision`,
  );
  const setForgotten = db.prepare('update store set forgotten = max(forgotten, ?)');
  return {
    changesSince: (revision) => {
      const from = revision < Number(forgotten.get()?.['forgotten']) ? 0 : revision;
      return { from, changes: readChanges(since.all(from)) };
    },
    prune: (kept) => {
      const cutoff = oldestKept.get(kept - 1)?.['revision'];
      if (cutoff === undefined) return;
      for (const row of forget.all(cutoff)) setForgotten.run(Number(row['revision']));
    },
  };
}
