import { createHash } from 'node:crypto';
import type { Change, Kind, MeshId, Resource, ResourceId } from '../../mesh/resource.ts';
import { describeResource, describeToken, requireSound } from '../damaged-rows.ts';
import type { TokenUse } from '../store.ts';

/** A row of `daybreak.resource`, as the driver reads it. `sound`: whether its checksum matches. */
export type ChangeRow = {
  readonly id: string;
  readonly revision: string;
  readonly body: string | null;
  readonly sound: boolean;
};

/** A row of `daybreak.client_token`, as the driver reads it. */
export type TokenRow = Omit<TokenUse, 'at'> & { readonly at: string; readonly sound: boolean };

/** The columns of a ChangeRow and of a TokenRow, selected from the tables. */
export const CHANGE_COLUMNS =
  'id, revision, body, checksum = daybreak.resource_checksum(key, id, mesh, revision, body) as sound';
export const TOKEN_COLUMNS =
  'account, operation, token, content, used_at as at, checksum = daybreak.token_checksum(account, operation, token, content, used_at) as sound';

/**
 * Decodes rows of resources.
 * @throws DamagedRows
 */
export function readChanges(rows: readonly ChangeRow[]): readonly Change[] {
  return requireSound(
    rows,
    ({ sound }) => sound,
    ({ id }) => nameOf(id),
  ).map(toChange);
}

/**
 * Decodes rows of client tokens.
 * @throws DamagedRows
 */
export function readTokens(rows: readonly TokenRow[]): readonly TokenUse[] {
  return requireSound(rows, ({ sound }) => sound, describeToken).map(
    ({ account, operation, token, content, at }) => ({ account, operation, token, content, at: Number(at) }),
  );
}

function toChange({ id, revision, body }: ChangeRow): Change {
  const resource = body === null ? undefined : (JSON.parse(body) as Resource);
  return { revision: Number(revision), id: parseId(id), resource };
}

/** Decodes the `id` column. */
export function parseId(id: string): ResourceId {
  const [kind, owner, mesh, parent, name] = JSON.parse(id) as [Kind, string, string, string, string];
  return { kind, owner, mesh, parent, name };
}

/** Describes the resource of an id for messages; the id itself, if it is damaged. */
export function nameOf(id: string): string {
  try {
    return describeResource(parseId(id));
  } catch {
    return id;
  }
}

/** Returns the rows to write as one list per column: keys, ids, meshes, bodies. */
export function toColumns(changes: readonly Omit<Change, 'revision'>[]): unknown[] {
  const ids = changes.map(({ id }) => idText(id));
  return [
    ids.map(keyOf),
    ids,
    changes.map(({ id }) => meshText(id)),
    changes.map(({ resource }) => (resource === undefined ? null : JSON.stringify(resource))),
  ];
}

/** Returns the key of an id as stored. */
export function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

// JSON, because PostgreSQL's text cannot hold a NUL, and UTF-8 cannot hold a lone surrogate: JSON escapes both as \u….
/** Encodes the id of a resource for the `id` column. */
export function idText({ kind, owner, mesh, parent, name }: ResourceId): string {
  return JSON.stringify([kind, owner, mesh, parent, name]);
}

/** Encodes a mesh for the `mesh` column. */
export function meshText({ owner, mesh }: MeshId): string {
  return JSON.stringify([owner, mesh]);
}

/** Returns the prefix that the ids of all meshes of an owner share, as stored. */
export function meshIdStart(owner: string): string {
  return `["mesh",${JSON.stringify(owner)},`;
}
