import type { MeshId } from '../mesh/resource.ts';
import { standingIn, type Principal } from './principal.ts';

/**
 * The mesh that a name means to a caller where no account is named: the one of the caller's account, else one that is shared with it. A mesh
 * of others that has the name does not count, so that its existence does not show. Undefined where the caller has none of that name.
 * @param named all meshes of the name, of any account
 */
export function seenMesh(principal: Principal, named: readonly MeshId[]): MeshId | undefined {
  const seen = named.filter((mesh) => standingIn(principal, mesh) !== 'none');
  return seen.find(({ owner }) => owner === principal.account) ?? seen[0];
}
