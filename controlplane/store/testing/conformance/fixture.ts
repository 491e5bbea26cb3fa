import type { Change, MeshId, Resource, ResourceId } from '../../../mesh/resource.ts';
import type { Store, TokenUse, Write } from '../../store.ts';

/** A place where a store keeps its data: opened, closed, opened again it has what it had. */
export type StoreHome = { open(): Promise<Store>; remove(): Promise<void> };

/** The store that a case is about. */
export type Subject = {
  readonly store: Store;
  /** The changes that it gives since a revision. */
  since(revision: number): Promise<readonly Change[]>;
  /** Closes it and opens it again. */
  reopen(): Promise<void>;
};

/** The mesh of most cases. */
export const MESH: MeshId = { owner: '111122223333', mesh: 'colors' };

/** A virtual node. */
export function node(name: string, version = 1, mesh = MESH): Resource<'virtualNode'> {
  return {
    kind: 'virtualNode',
    ...mesh,
    parent: '',
    name,
    spec: { serviceDiscovery: { dns: { hostname: `${name}.local` } } },
    uid: `uid-${name}`,
    version,
    createdAt: 1_700_000_000_123,
    lastUpdatedAt: 1_700_000_000_123 + version,
    resourceOwner: mesh.owner,
    tags: [{ key: 'team', value: 'ü 🎨' }],
  };
}

/** A mesh itself. */
export type MeshResource = Resource<'mesh'>;

/** Makes one. */
export function meshNamed(name: string): MeshResource {
  return { ...node(name), kind: 'mesh', mesh: name, spec: {} };
}

/** The name of a resource without the rest of it. */
export function idOf({ kind, owner, mesh, parent, name }: ResourceId): ResourceId {
  return { kind, owner, mesh, parent, name };
}

/** A write that puts these, by who has seen their mesh at that revision. */
export function put(expectedMeshRevision: number, ...puts: Resource[]): Write {
  return { mesh: MESH, expectedMeshRevision, puts, deletes: [], tokens: [] };
}

/** A client's token. */
export const use: TokenUse = {
  account: '1',
  operation: 'CreateVirtualNode',
  token: 't',
  content: 'c',
  at: 5000,
};
