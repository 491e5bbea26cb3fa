import { errorCode } from '../../common/error-code.ts';

/** Returns whether an attempt to listen failed because another program has the port. */
export function isPortTaken(error: unknown): boolean {
  return errorCode(error) === 'EADDRINUSE';
}
