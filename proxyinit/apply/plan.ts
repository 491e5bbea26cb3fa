import type { Family } from '../../common/ip-range.ts';
import type { Chain } from '../rules/chain.ts';
import type { Present } from '../backend/existing-rules.ts';
import type { Host } from '../backend/inspect.ts';
import { reconcile } from './reconcile.ts';
import { ours, withChains } from '../backend/saved.ts';

/** One restore: what is to be written where. */
export type Step = {
  readonly present: Present;
  readonly what: 'guard' | 'rules' | 'removal';
  readonly text: string;
};

/** The chains of a family; none where it is to have none. */
export type Wanted = (family: Family) => readonly Chain[];

/**
 * The restores that make a host what is wanted, in their order; none where it is that already. First the guard of every family,
 * then the rules, whose restore takes the guard away after its last table, then what is left in a backend that is not the
 * chosen one: so that at no time a family that had rules, or has a guard, is without either.
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

/** Only the guard: what else of ours is there stays. */
function reconcileGuard({ saved }: Present, guards: readonly Chain[]): string {
  const names = new Set(guards.map(({ name }) => name));
  return (
    reconcile(saved, [
      ...ours(saved).filter(({ table, name }) => table !== 'filter' || !names.has(name)),
      ...guards,
    ]) ?? ''
  );
}
