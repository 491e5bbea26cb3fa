import type { Family } from '../../common/addresses/ip-range.ts';
import type { Chain } from '../rules/chain.ts';
import type { Present } from '../backend/existing-rules.ts';
import type { Host } from '../backend/inspect.ts';
import { reconcile } from './reconcile.ts';
import { ours, withChains } from '../backend/saved.ts';

/** One restore: its text, and the backend and family to write to. */
export type Step = {
  readonly present: Present;
  readonly what: 'guard' | 'rules' | 'removal';
  readonly text: string;
};

/** Returns the chains that a family should have; empty for none. */
export type Wanted = (family: Family) => readonly Chain[];

/**
 * Plans the restores that give a host the wanted rules, in order; empty if it has them already. First the guards of all families, then
 * the rules, whose restore removes the guard after its last table, then the removal of rules in the other backend. So a family that had
 * rules, or has a guard, never has neither.
 */
export function plan({ present, choice }: Host, wanted: Wanted, guard: Wanted): readonly Step[] {
  const steps = present.flatMap((one): readonly Step[] => {
    const chosen = one.backend === choice.backend;
    const chains = chosen ? wanted(one.family) : [];
    const guards = chains.length === 0 ? [] : guard(one.family);
    const text = reconcile(one.saved, chains);
    if (text === undefined) return [];
    const what = chains.length === 0 ? 'removal' : 'rules';
    if (guards.length === 0) return [{ present: one, what, text }];
    const guarded = withChains(one.saved, guards);
    return [
      { present: one, what: 'guard', text: reconcileGuard(one, guards) },
      { present: one, what, text: reconcile(guarded, chains) ?? '' },
    ];
  });
  const order = { guard: 0, rules: 1, removal: 2 };
  return steps.toSorted((a, b) => order[a.what] - order[b.what]);
}

/** Adds only the guard, and keeps our other rules. */
function reconcileGuard({ saved }: Present, guards: readonly Chain[]): string {
  const names = new Set(guards.map(({ name }) => name));
  return (
    reconcile(saved, [
      ...ours(saved).filter(({ table, name }) => table !== 'filter' || !names.has(name)),
      ...guards,
    ]) ?? ''
  );
}
