import type { OperatorAction } from '../../auth/actions.ts';
import { authorize } from '../../auth/authorize.ts';
import { meshAccess, type Principal } from '../../auth/principal.ts';
import { visibleMesh } from '../../auth/visible-mesh.ts';
import type { Model } from '../../mesh/model.ts';
import type { ProxyId } from '../../mesh/proxy-view.ts';
import { meshOwner, resolve, type Identity } from '../identity.ts';

/** Who looks at proxies, and by which action. Anyone sees all; a user what is in a mesh of the own account, or in a shared one. */
export type Viewer = { readonly caller: Principal; readonly action: OperatorAction };

/**
 * The proxy that a viewer means, as far as the model has it: an id without an account names a mesh that the viewer sees.
 * @throws ApiError AccessDeniedException where the id names the mesh of an account that does not share it, whether it exists or not
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

/** Whether a viewer sees a connected proxy. One whose mesh nobody has is seen by everybody: it says no more than its own name. */
export function seesProxy(caller: Principal, model: Model, identity: Identity): boolean {
  const { mesh } = identity;
  const owner = meshOwner(model, identity) ?? identity.owner;
  return owner === undefined || meshAccess(caller, { mesh, owner }) !== 'none';
}
