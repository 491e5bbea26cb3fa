import { basename } from 'node:path';
import type { Family } from '../../common/addresses/ip-range.ts';
import { runCommand } from './command.ts';
import { iptablesLocked, natUnavailable, netAdminMissing, restoreFailed } from '../errors.ts';
import type { Programs } from './programs.ts';
import { parseSaved, type Ruleset } from './saved.ts';

/** Time limit in seconds, in addition to the wait for the lock of legacy iptables. */
const COMMAND_SECONDS = 30;

/**
 * Returns the arguments of the restore programs. They wait at least a second for the lock of iptables, because iptables 1.8.9 waits
 * forever with 0 or no time.
 */
export function restoreArguments(wait: number): readonly string[] {
  return ['--noflush', `--wait=${shortestWait(wait)}`];
}

/**
 * Reads all tables, or the reason why they cannot be read. `table`: read only this one; the legacy backend creates it if it is missing.
 * @throws ProxyinitError without permission
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
 * Restores `text`, one transaction per table. `descriptor` holds our lock; the program inherits it and so holds the lock until it ends.
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
