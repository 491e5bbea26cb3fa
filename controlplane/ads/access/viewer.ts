import type { OperatorAction } from '../../auth/actions.ts';
import { authorize } from '../../auth/authorize.ts';
import { meshAccess, type Principal } from '../../auth/principal.ts';
import { visibleMesh } from '../../auth/visible-mesh.ts';
import type { Model } from '../../mesh/model.ts';
import type { ProxyId } from '../../mesh/proxy-view.ts';
import { meshOwner, resolve, type Identity } from '../identity.ts';

/**
 * The caller that looks at proxies, and the action. If authentication is off, the caller sees all proxies. A user sees those in
 * meshes of the user's account, and in meshes that are shared with it.
 */
export type Viewer = { readonly caller: Principal; readonly action: OperatorAction };

/**
 * Returns the proxy that a viewer means; undefined if the model does not have it. An id without an account names a mesh that the
 * viewer sees.
 * @throws ApiError AccessDeniedException if the id names the mesh of an account that does not share it, whether or not it exists
 */
export function resolveFor(
  { caller, action }: Viewer,
  model: Model,
  identity: Identity,
): ProxyId | undefined {
  if (caller.kind === 'anyone') return resolve(model, identity);
  const { kind, mesh, name } = identity;
  const owner = identity.owner ?? visibleMesh(caller, model.meshesNamed(mesh))?.owner ?? caller.account;
  authorize(caller, { action, resource: '*' }, { mesh, owner });
  const id = { kind, owner, mesh, parent: '', name } as ProxyId;
  return model.get(id) === undefined ? undefined : id;
}

/** Whether a viewer sees a connected proxy. Every viewer sees a proxy whose mesh does not exist: it shows only its own name. */
export function seesProxy(caller: Principal, model: Model, identity: Identity): boolean {
  const { mesh } = identity;
  const owner = meshOwner(model, identity) ?? identity.owner;
  return owner === undefined || meshAccess(caller, { mesh, owner }) !== 'none';
}
