import { meshKey, type Model } from '../../mesh/model.ts';
import type { MeshId, Resource } from '../../mesh/resource.ts';

/** The MeshIdentity and the NodeIdentities of a mesh: the resources that set modes. */
export type Identities = readonly Resource[];

/** Returns the identities of a mesh. */
export function identitiesOf(model: Model, mesh: MeshId): Identities {
  return [...model.list('meshIdentity', mesh), ...model.list('nodeIdentity', mesh)];
}

/** Returns the meshes that some of these resources or changes set modes in, by key. */
export function securedMeshes(
  ids: Iterable<Pick<Resource, 'kind' | 'owner' | 'mesh'>>,
): ReadonlyMap<string, MeshId> {
  const meshes = new Map<string, MeshId>();
  for (const { kind, owner, mesh } of ids) {
    if (kind !== 'meshIdentity' && kind !== 'nodeIdentity') continue;
    meshes.set(meshKey({ owner, mesh }), { owner, mesh });
  }
  return meshes;
}
