import type { MeshId } from '../mesh/resource.ts';
import { accessDenied } from './errors.ts';
import type { OperatorAction } from './actions.ts';
import { isWrittenOut, judge } from './policy.ts';
import { standingIn, userArn, type Principal, type User } from './principal.ts';

/** What somebody wants to do, e.g. `appmesh:CreateRoute`, and the ARN of what he wants to do it to (`*`: nothing in particular). */
export type Deed = { readonly action: string; readonly resource: string };

/**
 * A user needs a statement that allows the deed, and none that denies it; in a mesh of another account he also needs that
 * account's share. A mesh that is not shared is denied whether it exists or not. Anyone may do everything.
 * @param mesh the mesh that the deed is in; undefined where it is in none
 * @throws ApiError AccessDeniedException
 */
export function authorize(principal: Principal, deed: Deed, mesh: MeshId | undefined): void {
  if (principal.kind === 'anyone') return;
  const verdict = judge(principal.statements, deed.action, deed.resource);
  if (verdict === 'denied')
    throw denied(principal, deed, 'with an explicit deny in an identity-based policy');
  if (verdict === 'unmentioned') {
    throw denied(principal, deed, `because no identity-based policy allows the ${deed.action} action`);
  }
  if (mesh !== undefined && standingIn(principal, mesh) === 'none') {
    throw denied(
      principal,
      deed,
      `because no resource-based policy allows the ${deed.action} action: account ${mesh.owner} shares no mesh ${mesh.mesh} with account ${principal.account}`,
    );
  }
}

/**
 * The same for a deed that is of all accounts, such as a backup: a user needs a statement that names its action in full. One that
 * allows `*` was written for what is the account's own.
 * @throws ApiError AccessDeniedException
 */
export function authorizeForAll(principal: Principal, action: OperatorAction): void {
  const deed = { action, resource: '*' };
  authorize(principal, deed, undefined);
  if (principal.kind === 'anyone' || isWrittenOut(principal.statements, action)) return;
  throw denied(
    principal,
    deed,
    `because it is of all accounts, and no identity-based policy names the ${action} action in full`,
  );
}

function denied(user: User, { action, resource }: Deed, reason: string): Error {
  return accessDenied(userArn(user), action, resource, reason);
}
