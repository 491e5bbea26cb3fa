import type { Signers } from './open-access.ts';
import { userArn, type Principal } from './principal.ts';

/**
 * Returns a caller with the current credentials and policies of its user, for a stream that stays open after its request. Undefined: the
 * caller's key was removed, has expired, or belongs to another user. A key of `daybreak login` is in no file, so its caller stays the same.
 * `now`: milliseconds since 1970.
 */
export function userNow(
  caller: Principal,
  signers: Pick<Signers, 'keyOf'> | undefined,
  now: number,
): Principal | undefined {
  if (caller.kind === 'anyone' || signers === undefined || caller.awsCaller !== undefined) return caller;
  const key = signers.keyOf(caller.accessKeyId);
  if (key === undefined || (key.expires ?? Infinity) <= now) return undefined;
  return userArn(key.user) === userArn(caller) ? key.user : undefined;
}
