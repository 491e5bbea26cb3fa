import type { Family } from '../common/addresses/ip-range.ts';
import { errorCode } from '../common/error-code.ts';
import { errorText } from '../common/error-text.ts';

/** The stable codes of proxyinit, in parentheses at the end of an error. docs/when-it-breaks.md describes each. */
export const PROXYINIT_CODES = [
  'SETTINGS_INVALID',
  'PROGRAM_MISSING',
  'NET_ADMIN_MISSING',
  'NAT_UNAVAILABLE',
  'TABLE_INCOMPATIBLE',
  'RESTORE_FAILED',
  'LOCK_TIMEOUT',
  'LOCK_FAILED',
  'COMMAND_FAILED',
  'COMMAND_TIMEOUT',
  'USAGE',
] as const;

/** Failures that stop proxyinit after its settings were accepted. */
export type ProxyinitErrorCode = Exclude<(typeof PROXYINIT_CODES)[number], 'SETTINGS_INVALID'>;

/** A failure that the operator reads: what failed, why, and what helps. */
export class ProxyinitError extends Error {
  readonly code: ProxyinitErrorCode;
  /** 2 for a usage error, else 1. */
  readonly exitCode: number;

  constructor(code: ProxyinitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProxyinitError';
    this.code = code;
    this.exitCode = code === 'USAGE' ? 2 : 1;
  }
}

/** Debian packages of programs. */
const PACKAGES: Readonly<Record<string, string>> = {
  flock: 'util-linux',
  setpriv: 'util-linux',
  ip: 'iproute2',
};

/** `PROGRAM_MISSING`, `COMMAND_FAILED`: a program is not on the PATH, or cannot be executed. */
export function programMissing(program: string, cause: unknown): ProxyinitError {
  const [name = program] = program.split(' ');
  const help = `${program} was not found: install ${PACKAGES[name] ?? 'iptables'}`;
  const missing = cause === undefined || errorCode(cause) === 'ENOENT';
  return missing
    ? new ProxyinitError('PROGRAM_MISSING', help, { cause })
    : new ProxyinitError('COMMAND_FAILED', `${program} cannot be run: ${errorText(cause)}`, { cause });
}

/** `NET_ADMIN_MISSING`: the kernel refused access, because the user is not root or lacks the capability. */
export function netAdminMissing(program: string, said: string): ProxyinitError {
  return new ProxyinitError(
    'NET_ADMIN_MISSING',
    `${program} was not permitted (${said}): run as root with the capability NET_ADMIN (docker run --cap-add NET_ADMIN)`,
  );
}

/** `NAT_UNAVAILABLE`: the nat table of a family is unavailable. */
export function natUnavailable(family: Family, program: string, said: string): ProxyinitError {
  const modules = program.includes('6') ? 'ip6table_nat or nft_chain_nat' : 'iptable_nat or nft_chain_nat';
  const help = family === 'ipv6' ? '; APPMESH_ENABLE_IPV6=0 turns IPv6 rules off' : '';
  return new ProxyinitError(
    'NAT_UNAVAILABLE',
    `${program} cannot use the nat table (${said}): the kernel needs the module ${modules}${help}`,
  );
}

/** `NAT_UNAVAILABLE`: neither backend works. `said`: the message of each program. */
export function noBackend(said: readonly string[]): ProxyinitError {
  return natUnavailable('ipv4', 'iptables', said.join('; '));
}

/** `TABLE_INCOMPATIBLE`: the nat table contains rules that iptables cannot express. */
export function incompatible(family: Family, program: string): ProxyinitError {
  const table = `${family === 'ipv4' ? 'ip' : 'ip6'} nat`;
  return new ProxyinitError(
    'TABLE_INCOMPATIBLE',
    `${program} cannot use the nat table, because it contains rules made by nft (nft list table ${table}): move them to a ` +
      'table with another name',
  );
}

/** `RESTORE_FAILED`: iptables-restore rejected the rules. */
export function restoreFailed(program: string, said: string): ProxyinitError {
  return new ProxyinitError('RESTORE_FAILED', `${program} refused the rules (${said})`);
}

/** A failure after which the previous rules are in force again. */
export function undone(failure: ProxyinitError): ProxyinitError {
  return new ProxyinitError(failure.code, `${failure.message}: the previous rules are in force`, {
    cause: failure.cause,
  });
}

/** A failure after which restoring the previous rules failed too. */
export function notUndone(failure: ProxyinitError, cause: unknown): ProxyinitError {
  return new ProxyinitError(
    failure.code,
    `${failure.message}; restoring the previous rules failed too (${errorText(cause)}): run apply or remove again`,
    { cause },
  );
}

/** `LOCK_TIMEOUT`: another run of proxyinit holds the lock. */
export function lockTimeout(seconds: number): ProxyinitError {
  return new ProxyinitError(
    'LOCK_TIMEOUT',
    seconds === 0
      ? 'another proxyinit is running in this network namespace: no rule was changed; --wait SECONDS waits for it'
      : `another proxyinit has been running in this network namespace for more than ${seconds} s: no rule was changed`,
  );
}

/** `LOCK_TIMEOUT`: another program holds the lock that the legacy iptables programs share. */
export function iptablesLocked(program: string, seconds: number): ProxyinitError {
  return new ProxyinitError(
    'LOCK_TIMEOUT',
    `${program} timed out after ${seconds} s, because another program holds the lock of iptables; --wait SECONDS waits longer`,
  );
}

/** `LOCK_FAILED`: flock failed for a reason other than a held lock. */
export function lockFailed(locked: string, said: string): ProxyinitError {
  return new ProxyinitError('LOCK_FAILED', `flock could not lock ${locked} (${said})`);
}

/** `COMMAND_TIMEOUT`: a program did not end in time and was killed. */
export function commandTimeout(program: string, seconds: number): ProxyinitError {
  return new ProxyinitError('COMMAND_TIMEOUT', `${program} did not end within ${seconds} s and was stopped`);
}

/** `USAGE`: a command was called with an argument that it does not accept. */
export function usage(message: string): ProxyinitError {
  return new ProxyinitError('USAGE', message);
}
