import { formatHostPort, type HostPort } from '../../common/addresses/host-port.ts';
import { errorText } from '../../common/error-text.ts';
import type { ControlPlaneCode } from '../codes.ts';
import { errorCode } from '../../common/error-code.ts';

/** A part that cannot be opened at the start, with its stable code. The exit code is 1. */
class StartError extends Error {
  readonly code: ControlPlaneCode;
  readonly exitCode = 1;

  constructor(code: ControlPlaneCode, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'StartError';
    this.code = code;
  }
}

/**
 * Opens a part from files or secrets of the settings, such as credentials and certificates.
 * @throws StartError FILE_UNUSABLE with the message of the original error, which names the file or variable
 */
export async function openFiles<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new StartError('FILE_UNUSABLE', errorText(error), error instanceof Error ? error.cause : undefined);
  }
}

/**
 * Listens on the address of a flag.
 * @throws StartError ADDRESS_UNUSABLE with the flag, its value, and what to do
 */
export async function listenOn<T>(flag: string, at: HostPort, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const code = errorCode(error);
    const why = WHY.get(code ?? '') ?? 'the control plane cannot listen there: choose another address';
    throw new StartError('ADDRESS_UNUSABLE', `${flag}="${formatHostPort(at)}": ${why}`, error);
  }
}

const WHY: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'another program listens there: stop it, or choose another port'],
  ['EADDRNOTAVAIL', 'this machine has no such address: choose one of its own, or 0.0.0.0 for all'],
  ['EACCES', 'this user may not use the port: choose one above 1023, or grant CAP_NET_BIND_SERVICE'],
  ['ENOTFOUND', 'the name does not resolve: correct it, or write an address'],
]);
