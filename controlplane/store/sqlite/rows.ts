import type { SQLOutputValue } from 'node:sqlite';
import type { Change, Kind, Resource, ResourceId } from '../../mesh/resource.ts';
import { describeResource, describeToken, requireSound } from '../damaged-rows.ts';
import { resourceChecksum, specChangeChecksum, tokenChecksum } from '../row-checksum.ts';
import { parseBody, type SpecChangeRecord } from '../spec-history.ts';
import type { TokenUse } from '../store.ts';

/** A row as node:sqlite returns it. */
export type SqliteRow = Readonly<Record<string, SQLOutputValue>>;

/** Writes a resource's row with its checksum of the values as SQLite has them: kind, owner, mesh, parent, name, revision, body. */
export const PUT_RESOURCE = `
  insert into resource (kind, owner, mesh, parent, name, revision, body, checksum)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, resource_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7))
    on conflict do update set revision = excluded.revision, body = excluded.body, checksum = excluded.checksum`;

/** Writes a client token's row with its checksum: account, operation, token, content, used_at. */
export const PUT_TOKEN = `
  insert into client_token (account, operation, token, content, used_at, checksum)
    values (?1, ?2, ?3, ?4, ?5, token_checksum(?1, ?2, ?3, ?4, ?5))
    on conflict do update set content = excluded.content, used_at = excluded.used_at, checksum = excluded.checksum`;

/** Writes a change's row with its checksum: the columns of the id, revision, step, at, body. */
export const PUT_SPEC_CHANGE = `
  insert into spec_change (kind, owner, mesh, parent, name, revision, step, at, body, checksum)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, spec_change_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))`;

/**
 * Decodes rows of `spec_change` with all their columns.
 * @throws DamagedRows
 */
export function readSpecChanges(rows: readonly SqliteRow[]): readonly SpecChangeRecord[] {
  const isSoundChange = (row: SqliteRow): boolean =>
    row['checksum'] === specChangeChecksum(placeOf(row), String(row['body']));
  return requireSound(rows, isSoundChange, (row) => `a change of ${describeResource(idOf(row))}`).map(
    (row) => ({
      ...placeOf(row),
      ...parseBody(String(row['body'])),
    }),
  );
}

function placeOf(row: SqliteRow): Pick<SpecChangeRecord, 'id' | 'revision' | 'step' | 'at'> {
  return {
    id: idOf(row),
    revision: Number(row['revision']),
    step: Number(row['step']),
    at: Number(row['at']),
  };
}

/**
 * Decodes rows of `resource` with all their columns.
 * @throws DamagedRows
 */
export function readChanges(rows: readonly SqliteRow[]): readonly Change[] {
  return requireSound(rows, isSound, (row) => describeResource(idOf(row))).map((row) => ({
    revision: Number(row['revision']),
    id: idOf(row),
    resource: resourceOf(row['body']),
  }));
}

/**
 * Decodes rows of `client_token` with all their columns.
 * @throws DamagedRows
 */
export function readTokens(rows: readonly SqliteRow[]): readonly TokenUse[] {
  const isSoundToken = (row: SqliteRow): boolean => row['checksum'] === tokenChecksum(tokenOf(row));
  return requireSound(rows, isSoundToken, (row) => describeToken(tokenOf(row))).map(tokenOf);
}

function isSound(row: SqliteRow): boolean {
  const { checksum, revision, body } = row;
  return checksum === resourceChecksum(idOf(row), Number(revision), body as string | null);
}

function idOf(row: SqliteRow): ResourceId {
  return {
    kind: String(row['kind']) as Kind,
    owner: String(row['owner']),
    mesh: String(row['mesh']),
    parent: String(row['parent']),
    name: String(row['name']),
  };
}

function resourceOf(body: SQLOutputValue | undefined): Resource | undefined {
  return typeof body === 'string' ? (JSON.parse(body) as Resource) : undefined;
}

function tokenOf(row: SqliteRow): TokenUse {
  return {
    account: String(row['account']),
    operation: String(row['operation']),
    token: String(row['token']),
    content: String(row['content']),
    at: Number(row['used_at']),
  };
}
