import { nameMember, PARENTS } from '../../controlplane/mesh/names.ts';
import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import { kindInWords } from './kinds.ts';

/**
 * The key of a resource in documents and calls. `parent` is the virtual router of a route, the virtual gateway of a
 * gateway route, else ''. `owner` is the account of a mesh that is shared with the caller, undefined for the caller's own.
 */
export type ResourceKey = {
  readonly kind: ApiKind;
  readonly owner: string | undefined;
  readonly mesh: string;
  readonly parent: string;
  readonly name: string;
};

/** Returns a unique text for a resource, to use as a key of maps. */
export function keyText({ kind, owner = '', mesh, parent, name }: ResourceKey): string {
  return [kind, owner, mesh, parent, name].join('\0');
}

/** Formats a key for messages: `virtual node colors/white`, `route colors/router/all`. */
export function describeKey({ kind, mesh, parent, name }: ResourceKey): string {
  const path = (kind === 'mesh' ? [name] : [mesh, parent, name]).filter((part) => part !== '');
  return `${kindInWords(kind)} ${path.join('/')}`;
}

/** Returns the members of an input or document that name the resource, with the API's names. */
export function keyMembers({
  kind,
  owner,
  mesh,
  parent,
  name,
}: ResourceKey): Readonly<Record<string, string>> {
  const within = PARENTS[kind];
  return {
    meshName: mesh,
    ...(owner === undefined ? {} : { meshOwner: owner }),
    ...(within === undefined ? {} : { [nameMember(within)]: parent }),
    [nameMember(kind)]: name,
  };
}

/** Returns the key of another resource in the same mesh, without a parent. */
export function besides({ owner, mesh }: ResourceKey, kind: ApiKind, name: string): ResourceKey {
  return { kind, owner, mesh, parent: '', name };
}

/** Returns the keys of the resource's parents: its mesh, then its router or gateway. */
export function parentKeys(key: ResourceKey): readonly ResourceKey[] {
  if (key.kind === 'mesh') return [];
  const within = PARENTS[key.kind];
  const mesh = besides(key, 'mesh', key.mesh);
  return within === undefined ? [mesh] : [mesh, besides(key, within, key.parent)];
}
