import type { ConsoleSession } from '../../controlplane/console/contract.ts';
import type { Loaded } from './state.ts';

let user: string | undefined;

/** Returns whether the user of this sign-in differs from the previous user of this page. */
export function isOtherUser(found: Loaded<ConsoleSession>): boolean {
  if (found.state !== 'ready' || found.value.state !== 'signed in') return false;
  const { arn } = found.value.user;
  const isOther = user !== undefined && user !== arn;
  user = arn;
  return isOther;
}

/** Returns whether a user is signed in. */
export function isSignedIn(found: Loaded<ConsoleSession>): boolean {
  return found.state === 'ready' && found.value.state === 'signed in';
}

/** Returns whether no user is signed in, and one has to be. */
export function isSignedOut(found: Loaded<ConsoleSession>): boolean {
  return found.state === 'ready' && found.value.state === 'signed out';
}
