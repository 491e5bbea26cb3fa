import type { Family } from '../common/addresses/ip-range.ts';
import type { RunOptions } from './apply/apply.ts';
import { OUR_CHAINS } from './rules/chain.ts';
import { inspect } from './backend/inspect.ts';
import type { Backend } from './backend/programs.ts';
import { reconcile } from './apply/reconcile.ts';
import { rules } from './rules/rules.ts';
import { ours, type Ruleset } from './backend/saved.ts';
import type { ProxyinitSettings } from './settings/settings.ts';

/** Status of one family in one backend. */
export type FamilyStatus = {
  readonly family: Family;
  readonly backend: Backend;
  /**
   * `in force`: exactly the rules that the settings demand. `different`: other rules of ours. `none`: no rules of ours, and none are
   * demanded. `missing`: no rules of ours although they are demanded. `absent`: demanded, but the host does not have this IP version.
   * `left over`: rules of ours although none are demanded.
   */
  readonly state: 'in force' | 'different' | 'none' | 'missing' | 'absent' | 'left over';
  /** Our rules with their packet counters. */
  readonly rules: readonly { readonly table: string; readonly packets: number; readonly rule: string }[];
};

/** Families and backends that have rules of ours, or should have. */
export type Status = { readonly inForce: boolean; readonly families: readonly FamilyStatus[] };

/**
 * Compares the rules in force with the settings. Changes nothing.
 * @throws ProxyinitError
 */
export async function readStatus(settings: ProxyinitSettings, { run, env }: RunOptions): Promise<Status> {
  const { families } = settings;
  const { present, choice, absent } = await inspect({ run, env, families, writing: false, counters: true });
  const all = present.map(({ family, backend, saved }): FamilyStatus => {
    const asked = families.includes(family) && backend === choice.backend;
    const isThere = ours(saved).length > 0;
    const right = reconcile(saved, asked ? rules(settings, family) : []) === undefined;
    const state = asked
      ? isThere
        ? right
          ? 'in force'
          : 'different'
        : 'missing'
      : isThere
        ? 'left over'
        : 'none';
    return { family, backend, state, rules: rulesOf(saved) };
  });
  const missing = absent.map((family): FamilyStatus => {
    return { family, backend: choice.backend, state: 'absent', rules: [] };
  });
  const shown = [...all.filter(({ state }) => state !== 'none'), ...missing];
  const fine: readonly FamilyStatus['state'][] = ['in force', 'absent'];
  return { inForce: shown.every(({ state }) => fine.includes(state)), families: shown };
}

function rulesOf(saved: Ruleset): FamilyStatus['rules'] {
  return ours(saved).flatMap(({ table, name, jumps }) => {
    const here = saved.tables.get(table)?.rules ?? [];
    const jumpsHere = here.filter(({ chain, rule }) => {
      return (
        !OUR_CHAINS[table].includes(chain) && jumps.some((jump) => jump.from === chain && jump.rule === rule)
      );
    });
    return [...jumpsHere, ...here.filter(({ chain }) => chain === name)].map(({ chain, rule, packets }) => ({
      table,
      packets,
      rule: `-A ${chain} ${rule}`,
    }));
  });
}
