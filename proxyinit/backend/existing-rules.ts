import { readFile } from 'node:fs/promises';
import type { Family } from '../../common/ip-range.ts';
import { save } from './iptables.ts';
import { BACKENDS, type Backend, type Installed, type Programs } from './programs.ts';
import { EMPTY, type Ruleset } from './saved.ts';

/** What one backend holds for one family, and the programs that change it. */
export type Present = {
  readonly backend: Backend;
  readonly family: Family;
  readonly programs: Programs;
  readonly saved: Ruleset;
};

/** The same, or why it cannot be read. */
export type Found = Omit<Present, 'saved'> & ({ readonly saved: Ruleset } | { readonly unusable: string });

/** How to read. `counters`: with the packets that met each rule. */
export type ReadOptions = { readonly env: NodeJS.ProcessEnv; readonly counters?: boolean };

/** Reads all rules of the families, in both backends as far as they are installed. */
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
  // To ask the legacy programs for a table makes it, so they are asked only where the kernel says that there are some.
  if (backend === 'legacy' && !(await hasLegacyTables(family))) return { ...where, saved: EMPTY };
  return { ...where, ...(await save(programs, env, { counters })) };
}

/** The kernel lists a namespace's legacy tables; what cannot be read may be there. */
async function hasLegacyTables(family: Family): Promise<boolean> {
  const file = family === 'ipv4' ? '/proc/net/ip_tables_names' : '/proc/net/ip6_tables_names';
  try {
    return (await readFile(file, 'utf8')).trim() !== '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
