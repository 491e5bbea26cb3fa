import type { MeshId } from '../mesh/resource.ts';
import { meshAccess, type Principal } from './principal.ts';

/**
 * Resolves the name of a mesh without an account: to the mesh of the caller's account, else to one that is shared with it.
 * Unshared meshes of other accounts are ignored, so that their existence is not revealed. Undefined if there is no such mesh.
 * @param named all meshes of that name, of any account
 */
export function visibleMesh(principal: Principal, named: readonly MeshId[]): MeshId | undefined {
  const visible = named.filter((mesh) => meshAccess(principal, mesh) !== 'none');
  return visible.find(({ owner }) => owner === principal.account) ?? visible[0];
}
