import type { DatabaseSync } from 'node:sqlite';
import type { ResourceId } from '../../mesh/resource.ts';
import {
  bodyOf,
  forgottenBefore,
  MOST_CHANGES,
  type HistoryQuery,
  type SpecChangeInput,
  type SpecChangeRecord,
} from '../spec-history.ts';
import { PUT_SPEC_CHANGE, readSpecChanges } from './rows.ts';

/** Implements Store.history, and the part of a commit that keeps changes. Call `keep` in a transaction. */
export type SqliteSpecHistory = {
  keep(revision: number, history: readonly SpecChangeInput[]): void;
  history(query: HistoryQuery): readonly SpecChangeRecord[];
};

const NEWEST_FIRST = 'order by revision desc, step desc limit ?';

/** Prepares the statements. */
export function sqliteSpecHistory(db: DatabaseSync): SqliteSpecHistory {
  const put = db.prepare(PUT_SPEC_CHANGE);
  const forgetMany = db.prepare(
    `delete from spec_change where kind = ?1 and owner = ?2 and mesh = ?3 and parent = ?4 and name = ?5
       and (revision, step) <= (select revision, step from spec_change
         where kind = ?1 and owner = ?2 and mesh = ?3 and parent = ?4 and name = ?5
         order by revision desc, step desc limit 1 offset ${MOST_CHANGES})`,
  );
  const forgetOld = db.prepare('delete from spec_change where at < ?');
  const ofMesh = db.prepare(
    `select * from spec_change where owner = ? and mesh = ? and (revision, step) < (?, ?) ${NEWEST_FIRST}`,
  );
  const ofResource = db.prepare(
    `select * from spec_change where kind = ? and owner = ? and mesh = ? and parent = ? and name = ?
       and (revision, step) < (?, ?) ${NEWEST_FIRST}`,
  );
  return {
    keep(revision, history) {
      const before = forgottenBefore(history);
      if (before === undefined) return;
      for (const [index, change] of history.entries()) {
        put.run(...columnsOf(change.id), revision, index + 1, change.at, bodyOf(change));
      }
      for (const { id } of history) forgetMany.run(...columnsOf(id));
      forgetOld.run(before);
    },
    history: ({ mesh: { owner, mesh }, id, before, limit }) => {
      const { revision, step } = before ?? { revision: Number.MAX_SAFE_INTEGER, step: 0 };
      return readSpecChanges(
        id === undefined
          ? ofMesh.all(owner, mesh, revision, step, limit)
          : ofResource.all(...columnsOf(id), revision, step, limit),
      );
    },
  };
}

/** Returns the columns of a resource's id. */
export function columnsOf({
  kind,
  owner,
  mesh,
  parent,
  name,
}: ResourceId): [string, string, string, string, string] {
  return [kind, owner, mesh, parent, name];
}
