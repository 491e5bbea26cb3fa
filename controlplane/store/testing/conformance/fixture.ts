import type { Change, MeshId, Resource } from '../../../mesh/resource.ts';
import type { Store, TokenUse, Write } from '../../store.ts';

/** A place for a store's data, which survives closing and reopening. */
export type StoreHome = { open(): Promise<Store>; remove(): Promise<void> };

/** The store that a case is about. */
export type Subject = {
  readonly store: Store;
  /** Its changes since a revision. */
  since(revision: number): Promise<readonly Change[]>;
  /** Closes the store and opens it again. */
  reopen(): Promise<void>;
};

/** The mesh of most cases. */
export const MESH: MeshId = { owner: '111122223333', mesh: 'colors' };

/** Returns a virtual node. */
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

/** A mesh resource. */
export type MeshResource = Resource<'mesh'>;

/** Returns a mesh of that name. */
export function meshNamed(name: string): MeshResource {
  return { ...node(name), kind: 'mesh', mesh: name, spec: {} };
}

/** Returns a write that puts `puts` and expects that revision of their mesh. */
export function put(expectedMeshRevision: number, ...puts: Resource[]): Write {
  return { mesh: MESH, expectedMeshRevision, puts, deletes: [], tokens: [] };
}

/** A client token. */
export const use: TokenUse = {
  account: '1',
  operation: 'CreateVirtualNode',
  token: 't',
  content: 'c',
  at: 5000,
};
