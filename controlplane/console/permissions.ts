import { CALL_ACTIONS, WRITE_ACTIONS } from '../auth/actions.ts';
import { coverage, evaluate } from '../auth/policy.ts';
import type { Principal } from '../auth/principal.ts';
import type { AllowedActions, Permissions } from './contract.ts';

/** Returns which actions a caller's policies allow. If authentication is off, all. */
export function allowedActions(caller: Principal): AllowedActions {
  return Object.fromEntries(
    CALL_ACTIONS.map((action) => [
      action,
      caller.kind === 'anyone' ? 'all' : coverage(caller.statements, action),
    ]),
  );
}

/** Returns whether a caller may change nothing at all. */
export function isReadOnly(actions: AllowedActions): boolean {
  return WRITE_ACTIONS.every((action) => actions[action] === 'none');
}

/** Returns which actions a caller's policies allow on the resource with an ARN. Sharing of meshes is not considered. */
export function permissionsOn(caller: Principal, resource: string): Permissions {
  const isAllowed = (action: string): boolean =>
    caller.kind === 'anyone' || evaluate(caller.statements, action, resource) === 'allowed';
  return {
    resource,
    actions: Object.fromEntries(CALL_ACTIONS.map((action) => [action, isAllowed(action)])),
  };
}
