import type { Family } from './address.ts';

/** What can stop proxyinit after its settings were found good. */
export type ProxyinitErrorCode =
  | 'IPTABLES_MISSING'
  | 'FLOCK_MISSING'
  | 'NET_ADMIN_MISSING'
  | 'NAT_UNAVAILABLE'
  | 'RESTORE_FAILED'
  | 'LOCK_TIMEOUT'
  | 'COMMAND_TIMEOUT';

/** A failure for people to read: what was tried, what came of it, what helps. The exit code is 1. */
export class ProxyinitError extends Error {
  readonly code: ProxyinitErrorCode;
  readonly exitCode = 1;

  constructor(code: ProxyinitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProxyinitError';
    this.code = code;
  }
}

/** A program that is not on the PATH. */
export function programMissing(program: string, cause: unknown): ProxyinitError {
  return program === 'flock'
    ? new ProxyinitError('FLOCK_MISSING', 'flock was not found: install util-linux', { cause })
    : new ProxyinitError('IPTABLES_MISSING', `${program} was not found: install iptables`, { cause });
}

/** The kernel refused: not root, or root without the capability. */
export function netAdminMissing(program: string, said: string): ProxyinitError {
  return new ProxyinitError(
    'NET_ADMIN_MISSING',
    `${program} was not permitted (${said}): run as root with the capability NET_ADMIN (docker run --cap-add NET_ADMIN)`,
  );
}

/** The nat table of a family cannot be read. */
export function natUnavailable(family: Family, program: string, said: string): ProxyinitError {
  const help = family === 'ipv6' ? '; APPMESH_ENABLE_IPV6=0 leaves IPv6 alone' : '';
  return new ProxyinitError('NAT_UNAVAILABLE', `${program} cannot use the nat table (${said})${help}`);
}

/** iptables-restore refused the rules; being one transaction, it changed nothing. */
export function restoreFailed(program: string, said: string, applied: readonly Family[]): ProxyinitError {
  const others =
    applied.length === 0 ? 'no rule was changed' : `only the rules for ${applied.join()} are in force`;
  return new ProxyinitError('RESTORE_FAILED', `${program} refused the rules (${said}): ${others}`);
}

/** Another run of proxyinit holds the lock and does not let go. */
export function lockTimeout(seconds: number): ProxyinitError {
  return new ProxyinitError(
    'LOCK_TIMEOUT',
    `another proxyinit has been at work in this network namespace for more than ${seconds} s: no rule was changed`,
  );
}

/** A program did not end in time and was killed. */
export function commandTimeout(program: string, seconds: number): ProxyinitError {
  return new ProxyinitError('COMMAND_TIMEOUT', `${program} did not end within ${seconds} s and was stopped`);
}
