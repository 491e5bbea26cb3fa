import { readFile } from 'node:fs/promises';
import type { Family } from '../../common/addresses/ip-range.ts';
import { save } from './iptables.ts';
import { BACKENDS, type Backend, type Installed, type Programs } from './programs.ts';
import { EMPTY, type Ruleset } from './saved.ts';
import { errorCode } from '../../common/error-code.ts';

/** The rules of one family in one backend, and the programs that change them. */
export type Present = {
  readonly backend: Backend;
  readonly family: Family;
  readonly programs: Programs;
  readonly saved: Ruleset;
};

/** Like `Present`, or the reason why the rules cannot be read. */
export type Found = Omit<Present, 'saved'> & ({ readonly saved: Ruleset } | { readonly unusable: string });

/** How to read rules. `counters`: include packet counters. */
export type ReadOptions = { readonly env: NodeJS.ProcessEnv; readonly counters?: boolean };

/** Reads all rules of the families in the installed backends. */
export async function readAll(
  installed: Installed,
  families: readonly Family[],
  options: ReadOptions,
): Promise<readonly Found[]> {
  const all = families.flatMap((family) => {
    return BACKENDS.flatMap((backend) => {
      const programs = installed.of(backend, family);
      return programs === undefined ? [] : [read({ backend, family, programs }, options)];
    });
  });
  return Promise.all(all);
}

async function read(where: Omit<Present, 'saved'>, { env, counters = false }: ReadOptions): Promise<Found> {
  const { backend, family, programs } = where;
  // The legacy programs create a table when they read it, so call them only if the kernel lists legacy tables.
  if (backend === 'legacy' && !(await hasLegacyTables(family))) return { ...where, saved: EMPTY };
  return { ...where, ...(await save(programs, env, { counters })) };
}

/** Whether the kernel lists legacy tables in this namespace. An unreadable list counts as yes. */
async function hasLegacyTables(family: Family): Promise<boolean> {
  const file = family === 'ipv4' ? '/proc/net/ip_tables_names' : '/proc/net/ip6_tables_names';
  try {
    return (await readFile(file, 'utf8')).trim() !== '';
  } catch (error) {
    return errorCode(error) !== 'ENOENT';
  }
}
