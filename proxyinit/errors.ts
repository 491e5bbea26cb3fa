import type { Family } from '../common/ip-range.ts';

/** What can stop proxyinit after its settings were found good. */
export type ProxyinitErrorCode =
  | 'PROGRAM_MISSING'
  | 'NET_ADMIN_MISSING'
  | 'NAT_UNAVAILABLE'
  | 'TABLE_INCOMPATIBLE'
  | 'RESTORE_FAILED'
  | 'LOCK_TIMEOUT'
  | 'LOCK_FAILED'
  | 'COMMAND_FAILED'
  | 'COMMAND_TIMEOUT'
  | 'USAGE';

/** A failure for people to read: what was tried, what came of it, what helps. */
export class ProxyinitError extends Error {
  readonly code: ProxyinitErrorCode;
  /** 2 where it was called wrongly, else 1. */
  readonly exitCode: number;

  constructor(code: ProxyinitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProxyinitError';
    this.code = code;
    this.exitCode = code === 'USAGE' ? 2 : 1;
  }
}

/** The Debian packages that programs are in. */
const PACKAGES: Readonly<Record<string, string>> = {
  flock: 'util-linux',
  setpriv: 'util-linux',
  ip: 'iproute2',
};

/** A program that is not on the PATH, or cannot be run. */
export function programMissing(program: string, cause: unknown): ProxyinitError {
  const [name = program] = program.split(' ');
  const help = `${program} was not found: install ${PACKAGES[name] ?? 'iptables'}`;
  const missing = cause === undefined || (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return missing
    ? new ProxyinitError('PROGRAM_MISSING', help, { cause })
    : new ProxyinitError(
        'COMMAND_FAILED',
        `${program} cannot be run: ${cause instanceof Error ? cause.message : 'an unknown failure'}`,
        { cause },
      );
}

/** The kernel refused: not root, or root without the capability. */
export function netAdminMissing(program: string, said: string): ProxyinitError {
  return new ProxyinitError(
    'NET_ADMIN_MISSING',
    `${program} was not permitted (${said}): run as root with the capability NET_ADMIN (docker run --cap-add NET_ADMIN)`,
  );
}

/** The nat table of a family cannot be used. */
export function natUnavailable(family: Family, program: string, said: string): ProxyinitError {
  const modules = program.includes('6') ? 'ip6table_nat or nft_chain_nat' : 'iptable_nat or nft_chain_nat';
  const help = family === 'ipv6' ? '; APPMESH_ENABLE_IPV6=0 leaves IPv6 alone' : '';
  return new ProxyinitError(
    'NAT_UNAVAILABLE',
    `${program} cannot use the nat table (${said}): the kernel needs the module ${modules}${help}`,
  );
}

/** Neither nf_tables nor the old tables work. `said`: what each program said. */
export function noBackend(said: readonly string[]): ProxyinitError {
  return natUnavailable('ipv4', 'iptables', said.join('; '));
}

/** The nat table holds what only the `nft` command can express. */
export function incompatible(family: Family, program: string): ProxyinitError {
  const table = `${family === 'ipv4' ? 'ip' : 'ip6'} nat`;
  return new ProxyinitError(
    'TABLE_INCOMPATIBLE',
    `${program} cannot use the nat table, for it holds rules that were made by nft (nft list table ${table}): move these to a ` +
      'table of another name',
  );
}

/** iptables-restore refused the rules. */
export function restoreFailed(program: string, said: string): ProxyinitError {
  return new ProxyinitError('RESTORE_FAILED', `${program} refused the rules (${said})`);
}

/** A failure after which everything is as it was before. */
export function undone(failure: ProxyinitError): ProxyinitError {
  return new ProxyinitError(failure.code, `${failure.message}: the rules are what they were before`, {
    cause: failure.cause,
  });
}

/** A failure after which not even what was there before could be brought back. */
export function notUndone(failure: ProxyinitError, cause: unknown): ProxyinitError {
  return new ProxyinitError(
    failure.code,
    `${failure.message}; and what was there before could not be brought back (${cause instanceof Error ? cause.message : 'an unknown failure'}): run apply or remove again`,
    { cause },
  );
}

/** Another run of proxyinit holds the lock and does not let go. */
export function lockTimeout(seconds: number): ProxyinitError {
  return new ProxyinitError(
    'LOCK_TIMEOUT',
    seconds === 0
      ? 'another proxyinit is at work in this network namespace: no rule was changed; --wait SECONDS waits for it'
      : `another proxyinit has been at work in this network namespace for more than ${seconds} s: no rule was changed`,
  );
}

/** Somebody else holds the lock that the legacy programs share. */
export function iptablesLocked(program: string, seconds: number): ProxyinitError {
  return new ProxyinitError(
    'LOCK_TIMEOUT',
    `${program} waited for another user of iptables for ${seconds} s in vain; --wait SECONDS waits longer`,
  );
}

/** The lock could not even be tried. */
export function lockFailed(locked: string, said: string): ProxyinitError {
  return new ProxyinitError('LOCK_FAILED', `flock could not lock ${locked} (${said})`);
}

/** A program did not end in time and was killed. */
export function commandTimeout(program: string, seconds: number): ProxyinitError {
  return new ProxyinitError('COMMAND_TIMEOUT', `${program} did not end within ${seconds} s and was stopped`);
}

/** A command that was given what it does not take. */
export function usage(message: string): ProxyinitError {
  return new ProxyinitError('USAGE', message);
}
