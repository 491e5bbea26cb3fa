import type { MeshId } from '../mesh/resource.ts';
import { ApiError } from '../http/errors.ts';
import { accessDenied } from './errors.ts';
import type { OperatorAction } from './actions.ts';
import { isNamedInFull, evaluate } from './policy.ts';
import { meshAccess, userArn, type Principal, type User } from './principal.ts';

/** An action, e.g. `appmesh:CreateRoute`, and the ARN of the resource that it acts on (`*`: no particular one). */
export type AccessRequest = { readonly action: string; readonly resource: string };

/**
 * Authorizes a call. A user needs a statement that allows it and none that denies it; in a mesh of another account, that
 * account must also share the mesh. An unshared mesh is denied whether it exists or not. Without authentication, every call
 * is allowed.
 * @param mesh the mesh that the call acts in; undefined if there is none
 * @throws ApiError AccessDeniedException
 */
export function authorize(principal: Principal, request: AccessRequest, mesh: MeshId | undefined): void {
  if (principal.kind === 'anyone') return;
  const verdict = evaluate(principal.statements, request.action, request.resource);
  if (verdict === 'explicit deny')
    throw denied(principal, request, 'with an explicit deny in an identity-based policy');
  if (verdict === 'implicit deny') {
    throw denied(principal, request, `because no identity-based policy allows the ${request.action} action`);
  }
  if (mesh !== undefined && meshAccess(principal, mesh) === 'none') {
    throw denied(
      principal,
      request,
      `because no resource-based policy allows the ${request.action} action: account ${mesh.owner} shares no mesh ${mesh.mesh} with account ${principal.account}`,
    );
  }
}

/**
 * Authorizes an open stream again. Returns why the stream has to end; undefined if it may continue.
 * @param caller the caller as it is now; undefined if its session or key has ended
 */
export function refusalOfStream(
  caller: Principal | undefined,
  request: AccessRequest,
  mesh: MeshId | undefined,
): string | undefined {
  if (caller === undefined) return 'The session or the key of this stream has ended. Sign in again.';
  try {
    authorize(caller, request, mesh);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

/**
 * Authorizes an action on all accounts, such as a backup. A user needs a statement that names the action in full: a statement
 * that allows `*` was meant for the user's own account.
 * @throws ApiError AccessDeniedException
 */
export function authorizeForAll(principal: Principal, action: OperatorAction): void {
  const request = { action, resource: '*' };
  authorize(principal, request, undefined);
  if (principal.kind === 'anyone' || isNamedInFull(principal.statements, action)) return;
  throw denied(
    principal,
    request,
    `because it concerns all accounts, and no identity-based policy names the ${action} action in full`,
  );
}

function denied(user: User, { action, resource }: AccessRequest, reason: string): Error {
  return accessDenied(userArn(user), action, resource, reason);
}
