import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Family } from './address.ts';
import { chooseBackend, type Choice, type Evidence } from './backend.ts';
import { incompatible, natUnavailable, noBackend, programMissing } from './errors.ts';
import { save } from './iptables.ts';
import {
  BACKENDS,
  findPrograms,
  programName,
  type Backend,
  type Installed,
  type Programs,
} from './programs.ts';
import { countOthers, EMPTY, ours, type Ruleset } from './saved.ts';
import type { RunSettings } from './settings.ts';

/** What one backend holds for one family, and the programs that change it. */
export type Present = {
  readonly backend: Backend;
  readonly family: Family;
  readonly programs: Programs;
  readonly saved: Ruleset;
};

/** A network namespace as proxyinit found it. `absent`: families that this host does not have. */
export type Host = {
  readonly choice: Choice;
  readonly present: readonly Present[];
  readonly absent: readonly Family[];
};

/** What is to be looked at, and how. */
export type InspectOptions = {
  readonly run: RunSettings;
  readonly env: NodeJS.ProcessEnv;
  /** The families that rules are wanted for; these have to work. */
  readonly families: readonly Family[];
  /** Whether rules are going to be written, so that it has to be found out whether they can be. */
  readonly writing: boolean;
  readonly counters?: boolean;
};

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Where a kernel that has IPv6 lists the namespace's addresses; without one there is no IPv6 traffic to redirect. */
const IPV6_ADDRESSES = '/proc/net/if_inet6';

type Found = Omit<Present, 'saved'> & ({ readonly saved: Ruleset } | { readonly unusable: string });

/**
 * Reads all rules of both backends and families, as far as they are there, and chooses the backend to write to. Nothing is
 * changed, but that `writing` makes the legacy `nat` table where it may have to be written to.
 * @throws ProxyinitError
 */
export async function inspect(options: InspectOptions): Promise<Host> {
  const installed = await findPrograms(options.env);
  const ipv6 = await readFile(IPV6_ADDRESSES, 'utf8').catch(() => undefined);
  const families = FAMILIES.filter((family) => family === 'ipv4' || ipv6 !== undefined);
  const found = await readAll(installed, families, options);
  const { choice, present } = await choose(found, installed, options);

  const absent: Family[] = ipv6 === undefined ? ['ipv6'] : [];
  for (const family of families) {
    const chosen = present.find((one) => one.backend === choice.backend && one.family === family);
    if (chosen !== undefined && 'saved' in chosen) continue;
    if (family === 'ipv6' && ipv6?.trim() === '') absent.push(family);
    else if (options.families.includes(family)) throw unusableError(family, choice.backend, chosen);
  }
  const readable = present.filter((one) => 'saved' in one);
  if (options.writing) refuseIncompatible(readable, choice.backend, options.families);
  return { choice, present: readable, absent: absent.filter((family) => options.families.includes(family)) };
}

/** A host in which there are no rules at all. */
export function hostWithout(families: readonly Family[], backend: Backend): Host {
  const present = families.map((family): Present => {
    const name = programName(family);
    return { backend, family, programs: { save: `${name}-save`, restore: `${name}-restore` }, saved: EMPTY };
  });
  return { choice: { backend, because: 'assumed' }, present, absent: [] };
}

async function readAll(
  installed: Installed,
  families: readonly Family[],
  options: InspectOptions,
): Promise<readonly Found[]> {
  const all = families.flatMap((family) => {
    return BACKENDS.flatMap((backend) => {
      const programs = installed.of(backend, family);
      return programs === undefined ? [] : [read({ backend, family, programs }, options)];
    });
  });
  return Promise.all(all);
}

async function read(
  where: Omit<Present, 'saved'>,
  { env, counters = false }: InspectOptions,
): Promise<Found> {
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

/** A legacy backend that nobody uses yet is tried before it is chosen, and passed over where the kernel does not have it. */
async function choose(
  found: readonly Found[],
  installed: Installed,
  { run, env, families, writing }: InspectOptions,
): Promise<{ readonly choice: Choice; readonly present: readonly Found[] }> {
  if (found.length === 0) throw programMissing(`${programName('ipv4')}-save`, undefined);
  const choice = chooseBackend(
    BACKENDS.flatMap((backend) => evidence(backend, found)),
    run.backend,
    installed.standard,
  );
  if (choice === undefined)
    throw noBackend(found.flatMap((one) => ('unusable' in one ? [one.unusable] : [])));
  const untried = (one: Found) =>
    one.backend === choice.backend && 'saved' in one && one.saved === EMPTY && families.includes(one.family);
  if (!writing || !found.some(untried)) return { choice, present: found };
  const tried = await Promise.all(
    found.map(async (one): Promise<Found> => {
      return untried(one) ? { ...one, ...(await save(one.programs, env, { table: 'nat' })) } : one;
    }),
  );
  return choose(tried, installed, { run, env, families, writing });
}

function evidence(backend: Backend, found: readonly Found[]): readonly Evidence[] {
  const mine = found.filter((one) => one.backend === backend);
  // Where IPv4 works IPv6 may not, which is judged when it is known whether it is wanted.
  const [decisive] = mine;
  if (decisive === undefined) return [];
  const rulesets = mine.flatMap((one) => ('saved' in one ? [one.saved] : []));
  return [
    {
      backend,
      unusable: 'unusable' in decisive ? decisive.unusable : undefined,
      ours: rulesets.some((saved) => ours(saved).length > 0),
      others: rulesets.reduce((sum, saved) => sum + countOthers(saved), 0),
    },
  ];
}

function unusableError(family: Family, backend: Backend, found: Found | undefined) {
  if (found === undefined) return programMissing(`${programName(family)}-save (${backend})`, undefined);
  const said = 'unusable' in found ? found.unusable : '';
  return natUnavailable(family, basename(found.programs.save), said);
}

function refuseIncompatible(
  present: readonly Present[],
  backend: Backend,
  families: readonly Family[],
): void {
  for (const { saved, programs, ...one } of present) {
    if (one.backend === backend && families.includes(one.family) && saved.incompatible.has('nat')) {
      throw incompatible(one.family, basename(programs.save));
    }
  }
}
