import { addressIn } from '../api/base.ts';

/** Returns the address of the API for command lines, without a slash at its end. */
export function endpoint(): string {
  return `${location.origin}${addressIn('/').slice(0, -1)}`;
}
