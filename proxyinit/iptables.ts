import { execFile } from 'node:child_process';
import type { Family } from './address.ts';
import { commandTimeout, natUnavailable, netAdminMissing, programMissing, restoreFailed } from './errors.ts';

/** Longer than any wait for the kernel's own lock on the legacy backend, which the commands below wait for. */
const COMMAND_SECONDS = 30;
const XTABLES_LOCK_SECONDS = 20;

/** Reads the nat table of a family, as `iptables-save` prints it. */
export async function saveNat(family: Family, env: NodeJS.ProcessEnv): Promise<string> {
  const program = `${prefix(family)}-save`;
  const { ended, output, said } = await run(program, ['-t', 'nat'], '', env);
  if (ended) return output;
  throw denied(said) ? netAdminMissing(program, said) : natUnavailable(family, program, said);
}

/** Restores `text` in one transaction. `applied` names the families that were changed before, for the error message. */
export async function restoreNat(
  family: Family,
  text: string,
  env: NodeJS.ProcessEnv,
  applied: readonly Family[],
): Promise<void> {
  const program = `${prefix(family)}-restore`;
  const { ended, said } = await run(program, ['--noflush', `--wait=${XTABLES_LOCK_SECONDS}`], text, env);
  if (ended) return;
  throw denied(said) ? netAdminMissing(program, said) : restoreFailed(program, said, applied);
}

type Result = { readonly ended: boolean; readonly output: string; readonly said: string };

function run(
  program: string,
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const options = { env, timeout: COMMAND_SECONDS * 1000, maxBuffer: 64 * 1024 * 1024 };
  const child = execFile(program, args, options, (error, output, errors) => {
    if (error === null) return resolve({ ended: true, output, said: '' });
    if (error.code === 'ENOENT') return reject(programMissing(program, error));
    if (error.killed === true) return reject(commandTimeout(program, COMMAND_SECONDS));
    resolve({ ended: false, output, said: oneLine(errors) || error.message });
  });
  // A program that ends without reading its input is judged by its exit status, not by the broken pipe.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return promise;
}

function prefix(family: Family): string {
  return family === 'ipv4' ? 'iptables' : 'ip6tables';
}

function denied(said: string): boolean {
  return /permission denied|operation not permitted|must be root/i.test(said);
}

function oneLine(text: string): string {
  return text
    .trim()
    .split(/\s*\n\s*/)
    .join('; ');
}
