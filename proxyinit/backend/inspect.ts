import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Family } from '../../common/addresses/ip-range.ts';
import type { Choice } from './backend.ts';
import { choose } from './choose.ts';
import { incompatible, natUnavailable, programMissing } from '../errors.ts';
import { readAll, type Found, type Present } from './existing-rules.ts';
import { findPrograms, programName, type Backend } from './programs.ts';
import { EMPTY } from './saved.ts';
import type { RunSettings } from '../settings/settings.ts';

/** State of a network namespace. `absent`: IP versions that this host does not have. */
export type Host = {
  readonly choice: Choice;
  readonly present: readonly Present[];
  readonly absent: readonly Family[];
};

/** Options of `inspect`. */
export type InspectOptions = {
  readonly run: RunSettings;
  readonly env: NodeJS.ProcessEnv;
  /** Families that need rules; these have to work. */
  readonly families: readonly Family[];
  /** Whether rules will be written, so that the backend must be writable. */
  readonly writing: boolean;
  readonly counters?: boolean;
};

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** A kernel with IPv6 lists the namespace's addresses here. Without an address there is no IPv6 traffic to redirect. */
const IPV6_ADDRESSES = '/proc/net/if_inet6';

/**
 * Reads all rules of both backends and families, and chooses the backend to write to. Changes nothing, except that `writing` may create
 * the legacy `nat` table.
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

/** Returns the state of a host without any rules. */
export function hostWithout(families: readonly Family[], backend: Backend): Host {
  const present = families.map((family): Present => {
    const name = programName(family);
    return { backend, family, programs: { save: `${name}-save`, restore: `${name}-restore` }, saved: EMPTY };
  });
  return { choice: { backend, because: 'assumed' }, present, absent: [] };
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
