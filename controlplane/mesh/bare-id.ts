import type { ResourceId } from './resource.ts';

/** Returns only the members of a resource's id. */
export function bareId({ kind, owner, mesh, parent, name }: ResourceId): ResourceId {
  return { kind, owner, mesh, parent, name };
}
