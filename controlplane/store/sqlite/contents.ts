import type { DatabaseSync } from 'node:sqlite';
import { RESOURCE_CHECKSUM, SPEC_CHANGE_CHECKSUM, TOKEN_CHECKSUM } from '../row-checksum.ts';
import { bodyOf } from '../spec-history.ts';
import { deleteDamaged } from './damage.ts';
import {
  PUT_RESOURCE,
  PUT_SPEC_CHANGE,
  PUT_TOKEN,
  readChanges,
  readSpecChanges,
  readTokens,
} from './rows.ts';
import { CHECKSUMS_SINCE, HISTORY_SINCE } from './schema.ts';
import { columnsOf } from './spec-history.ts';
import type { Contents, Replaced } from '../store.ts';

/** Returns the newest revision of any row; 0 in an empty store. */
export function currentRevision(db: DatabaseSync): number {
  const row = db.prepare('select coalesce(max(revision), 0) as revision from resource').get();
  return Number(row?.['revision']);
}

/** Queries for live resources, client tokens and changes, with their checksums. `history`: undefined before there were any. */
type Tables = {
  readonly resources: string;
  readonly tokens: string;
  readonly history: string | undefined;
};

const TABLES: Tables = {
  resources: 'select * from resource where body is not null',
  tokens: 'select * from client_token',
  history: 'select * from spec_change',
};

// Computes the checksums that the third step of the schema would store.
const BEFORE_CHECKSUMS: Tables = {
  resources: `
    select *, iif(json_valid(body), ${RESOURCE_CHECKSUM}, '') as checksum from resource where body is not null`,
  tokens: `select *, ${TOKEN_CHECKSUM} as checksum from client_token`,
  history: undefined,
};

/** Returns the queries for a schema version; `soundOnly` leaves out damaged rows. */
export function tablesOf(version: number, soundOnly: boolean): Tables {
  const { resources, tokens } = version < CHECKSUMS_SINCE ? BEFORE_CHECKSUMS : TABLES;
  const history = version < HISTORY_SINCE ? undefined : TABLES.history;
  if (!soundOnly) return { resources, tokens, history };
  return {
    resources: `select * from (${resources}) where checksum = ${RESOURCE_CHECKSUM}`,
    tokens: `select * from (${tokens}) where checksum = ${TOKEN_CHECKSUM}`,
    history: history && `select * from (${history}) where checksum = ${SPEC_CHANGE_CHECKSUM}`,
  };
}

/**
 * Implements Store.contents. Call it while no write can happen.
 * @throws DamagedRows
 */
export function readContents(db: DatabaseSync, { resources, tokens, history } = TABLES): Contents {
  return {
    revision: currentRevision(db),
    resources: readChanges(db.prepare(resources).all()).flatMap(({ resource }) => resource ?? []),
    tokens: readTokens(db.prepare(tokens).all()),
    history: history === undefined ? [] : readSpecChanges(db.prepare(history).all()),
  };
}

/**
 * Implements Store.replace. Call it in a transaction.
 * @param above the new revision is above this one, and above all existing ones
 */
export function replaceContents(
  db: DatabaseSync,
  contents: Contents,
  mayReplace: boolean,
  above: number,
): Replaced {
  const resources = Number(db.prepare('select count(body) as resources from resource').get()?.['resources']);
  if (resources > 0 && !mayReplace) return { outcome: 'occupied', resources };
  const revision = Math.max(currentRevision(db), contents.revision, above) + 1;
  deleteDamaged(db);
  db.prepare(
    `update resource set revision = ?1, body = null,
       checksum = resource_checksum(kind, owner, mesh, parent, name, ?1, null) where body is not null`,
  ).run(revision);
  const put = db.prepare(PUT_RESOURCE);
  for (const resource of contents.resources) {
    const { kind, owner, mesh, parent, name } = resource;
    put.run(kind, owner, mesh, parent, name, revision, JSON.stringify(resource));
  }
  db.exec('delete from client_token');
  const putToken = db.prepare(PUT_TOKEN);
  for (const { account, operation, token, content, at } of contents.tokens) {
    putToken.run(account, operation, token, content, at);
  }
  db.exec('delete from spec_change');
  const putChange = db.prepare(PUT_SPEC_CHANGE);
  for (const change of contents.history) {
    const { id, revision: since, step, at } = change;
    putChange.run(...columnsOf(id), since, step, at, bodyOf(change));
  }
  return { outcome: 'replaced', revision };
}
