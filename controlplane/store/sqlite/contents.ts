import type { DatabaseSync } from 'node:sqlite';
import { RESOURCE_CHECKSUM, TOKEN_CHECKSUM } from '../row-checksum.ts';
import { deleteDamaged } from './damage.ts';
import { PUT_RESOURCE, PUT_TOKEN, readChanges, readTokens } from './rows.ts';
import { CHECKSUMS_SINCE } from './schema.ts';
import type { Contents, Replaced } from '../store.ts';

/** The revision of the last commit, as far as its rows are there; 0 where there is none. */
export function currentRevision(db: DatabaseSync): number {
  const row = db.prepare('select coalesce(max(revision), 0) as revision from resource').get();
  return Number(row?.['revision']);
}

/** What to select: resources that are there, and client tokens, with their checksums. */
type Tables = { readonly resources: string; readonly tokens: string };

const TABLES: Tables = {
  resources: 'select * from resource where body is not null',
  tokens: 'select * from client_token',
};

// Each row has the checksum that the third step of the schema gives it.
const BEFORE_CHECKSUMS: Tables = {
  resources: `
    select *, iif(json_valid(body), ${RESOURCE_CHECKSUM}, '') as checksum from resource where body is not null`,
  tokens: `select *, ${TOKEN_CHECKSUM} as checksum from client_token`,
};

/** What to select in a schema of that version; with `soundOnly` without the rows that are damaged. */
export function tablesOf(version: number, soundOnly: boolean): Tables {
  const { resources, tokens } = version < CHECKSUMS_SINCE ? BEFORE_CHECKSUMS : TABLES;
  if (!soundOnly) return { resources, tokens };
  return {
    resources: `select * from (${resources}) where checksum = ${RESOURCE_CHECKSUM}`,
    tokens: `select * from (${tokens}) where checksum = ${TOKEN_CHECKSUM}`,
  };
}

/**
 * As Store.contents; to be called where nobody writes meanwhile.
 * @throws DamagedRows
 */
export function readContents(db: DatabaseSync, { resources, tokens } = TABLES): Contents {
  return {
    revision: currentRevision(db),
    resources: readChanges(db.prepare(resources).all()).flatMap(({ resource }) => resource ?? []),
    tokens: readTokens(db.prepare(tokens).all()),
  };
}

/**
 * As Store.replace; to be called in a transaction.
 * @param above a revision that the new one is above, as it is above all that are there
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
  return { outcome: 'replaced', revision };
}
