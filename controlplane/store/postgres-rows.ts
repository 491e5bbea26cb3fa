import { createHash } from 'node:crypto';
import type { Change, Kind, MeshId, Resource, ResourceId } from '../mesh/resource.ts';

/** A row of `daybreak.resource`, as the driver reads it. */
export type ChangeRow = { readonly id: string; readonly revision: string; readonly body: string | null };

/** What a row says. */
export function toChange({ id, revision, body }: ChangeRow): Change {
  const [kind, owner, mesh, parent, name] = JSON.parse(id) as [Kind, string, string, string, string];
  const resource = body === null ? undefined : (JSON.parse(body) as Resource);
  return { revision: Number(revision), id: { kind, owner, mesh, parent, name }, resource };
}

/** Rows to write, a list a column: keys, ids, meshes, bodies. */
export function toColumns(changes: readonly Omit<Change, 'revision'>[]): unknown[] {
  const ids = changes.map(({ id }) => idText(id));
  return [
    ids.map((id) => createHash('sha256').update(id).digest('base64url')),
    ids,
    changes.map(({ id }) => meshText(id)),
    changes.map(({ resource }) => (resource === undefined ? null : JSON.stringify(resource))),
  ];
}

// JSON, because PostgreSQL's text cannot hold a NUL, and UTF-8 no half of a surrogate pair: JSON writes both as \u….
function idText({ kind, owner, mesh, parent, name }: ResourceId): string {
  return JSON.stringify([kind, owner, mesh, parent, name]);
}

/** A mesh as it stands in its column. */
export function meshText({ owner, mesh }: MeshId): string {
  return JSON.stringify([owner, mesh]);
}

/** What the id of each mesh of an owner starts with, as it stands in its column. */
export function meshIdStart(owner: string): string {
  return `["mesh",${JSON.stringify(owner)},`;
}

/** The name of a resource without the rest of it. */
export function bareId({ kind, owner, mesh, parent, name }: ResourceId): ResourceId {
  return { kind, owner, mesh, parent, name };
}
