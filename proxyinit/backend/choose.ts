import type { Family } from '../../common/addresses/ip-range.ts';
import { chooseBackend, type Choice, type Evidence } from './backend.ts';
import { noBackend, programMissing } from '../errors.ts';
import type { Found } from './existing-rules.ts';
import { save } from './iptables.ts';
import { BACKENDS, programName, type Backend, type Installed } from './programs.ts';
import { countOthers, EMPTY, ours } from './saved.ts';
import type { RunSettings } from '../settings/settings.ts';

/** Inputs of `choose`. `families`: families that need rules. `writing`: whether the backend must be writable. */
export type ChooseOptions = {
  readonly run: RunSettings;
  readonly env: NodeJS.ProcessEnv;
  readonly families: readonly Family[];
  readonly writing: boolean;
};

/**
 * Chooses the backend to write to. Probes an unused legacy backend first, and skips it if the kernel does not support it.
 * @throws ProxyinitError if no backend works
 */
export async function choose(
  found: readonly Found[],
  installed: Installed,
  { run, env, families, writing }: ChooseOptions,
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
  // IPv4 decides. IPv6 may fail although IPv4 works; `inspect` checks IPv6 if the settings include it.
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
