import { basename } from 'node:path';
import type { Family } from '../../common/ip-range.ts';
import { runCommand } from './command.ts';
import { iptablesLocked, natUnavailable, netAdminMissing, restoreFailed } from '../errors.ts';
import type { Programs } from './programs.ts';
import { parseSaved, type Ruleset } from './saved.ts';

/** Beyond the wait for the lock that iptables itself has on the legacy backend. */
const COMMAND_SECONDS = 30;

/**
 * What the restore programs are called with. They wait for other users of iptables where these lock: for a second at least, because
 * iptables 1.8.9 waits without end where it is told 0 or nothing.
 */
export function restoreArguments(wait: number): readonly string[] {
  return ['--noflush', `--wait=${shortestWait(wait)}`];
}

/**
 * Reads all tables that are there, or why it cannot. `table`: only this one, which the legacy backend then makes where it is missing.
 * @throws ProxyinitError where it may not
 */
export async function save(
  { save: program }: Programs,
  env: NodeJS.ProcessEnv,
  { table, counters = false }: { readonly table?: string; readonly counters?: boolean } = {},
): Promise<{ readonly saved: Ruleset } | { readonly unusable: string }> {
  const args = [...(counters ? ['--counters'] : []), ...(table === undefined ? [] : ['--table', table])];
  const { code, output, said } = await runCommand(program, args, { env, seconds: COMMAND_SECONDS });
  if (code === 0) return { saved: parseSaved(output) };
  if (denied(said)) throw netAdminMissing(basename(program), said);
  return { unusable: said };
}

/**
 * Restores `text`, a transaction a table. `descriptor`: what holds our lock, which it is to hold as long as it works.
 * @throws ProxyinitError
 */
export async function restore(
  { restore: program }: Programs,
  text: string,
  {
    env,
    wait,
    descriptor,
    family,
  }: {
    readonly env: NodeJS.ProcessEnv;
    readonly wait: number;
    readonly descriptor: number;
    readonly family: Family;
  },
): Promise<void> {
  const { code, said } = await runCommand(program, restoreArguments(wait), {
    env,
    input: text,
    seconds: wait + COMMAND_SECONDS,
    inherit: descriptor,
  });
  if (code === 0) return;
  if (denied(said)) throw netAdminMissing(basename(program), said);
  if (/xtables lock/i.test(said)) throw iptablesLocked(basename(program), shortestWait(wait));
  if (/do you need to insmod|table does not exist/i.test(said)) {
    throw natUnavailable(family, basename(program), said);
  }
  throw restoreFailed(basename(program), said);
}

function shortestWait(wait: number): number {
  return Math.max(1, wait);
}

function denied(said: string): boolean {
  return /permission denied|operation not permitted|must be root/i.test(said);
}
