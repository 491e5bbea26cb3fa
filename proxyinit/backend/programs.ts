import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Family } from '../../common/addresses/ip-range.ts';
import { runCommand } from './command.ts';

/** The two variants of iptables: nf_tables and legacy. */
export type Backend = 'nft' | 'legacy';

/** Both backends, the preferred one first. */
export const BACKENDS: readonly Backend[] = ['nft', 'legacy'];

/** Paths of the programs of one backend and family. */
export type Programs = { readonly save: string; readonly restore: string };

/** Installed programs. `standard`: the backend of plain `iptables` on this host; undefined if there is none. */
export type Installed = {
  readonly standard: Backend | undefined;
  readonly of: (backend: Backend, family: Family) => Programs | undefined;
};

/** Returns the base name of a family's programs. */
export function programName(family: Family): 'iptables' | 'ip6tables' {
  return family === 'ipv4' ? 'iptables' : 'ip6tables';
}

/** Finds the programs on the PATH: by the plain names if those use the backend, else by names such as `iptables-nft-save`. */
export async function findPrograms(env: NodeJS.ProcessEnv): Promise<Installed> {
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const [ipv4, ipv6] = await Promise.all([
    programsOf('ipv4', folders, env),
    programsOf('ipv6', folders, env),
  ]);
  return {
    standard: ipv4.standard,
    of: (backend, family) => (family === 'ipv4' ? ipv4 : ipv6).programs.get(backend),
  };
}

async function programsOf(family: Family, folders: readonly string[], env: NodeJS.ProcessEnv) {
  const name = programName(family);
  const programs = new Map<Backend, Programs>();
  for (const backend of BACKENDS) {
    const save = find(`${name}-${backend}-save`, folders);
    const restore = find(`${name}-${backend}-restore`, folders);
    if (save !== undefined && restore !== undefined) programs.set(backend, { save, restore });
  }
  const save = find(`${name}-save`, folders);
  const restore = find(`${name}-restore`, folders);
  const standard = save === undefined ? undefined : await kindOf(save, env);
  if (save !== undefined && restore !== undefined && standard !== undefined) {
    programs.set(standard, { save, restore });
  }
  return { standard, programs };
}

/** Synchronous, because so many small calls would take longer in the thread pool. */
function find(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    const file = statSync(path, { throwIfNoEntry: false });
    return file !== undefined && file.isFile() && (file.mode & 0o111) !== 0;
  } catch {
    // The folder cannot be entered, or is not a folder.
    return false;
  }
}

/** Reads the backend from the target of the symbolic link, else from the version. Versions before 1.8 are legacy and do not name it. */
async function kindOf(save: string, env: NodeJS.ProcessEnv): Promise<Backend> {
  const file = realpathSync(save);
  if (/nft/.test(file)) return 'nft';
  if (/legacy/.test(file)) return 'legacy';
  const { output } = await runCommand(save, ['--version'], { env });
  return output.includes('nf_tables') ? 'nft' : 'legacy';
}
