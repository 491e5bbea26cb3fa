import type { Refusal } from '../../common/contracts/agent-channel/state.ts';

/** Adds up the counts of several agents, the largest first. */
export function summed(refusals: readonly Refusal[]): readonly Refusal[] {
  const sums = new Map<string, Refusal>();
  for (const each of refusals) {
    const key = JSON.stringify([each.port, each.caller, each.rule]);
    sums.set(key, { ...each, count: (sums.get(key)?.count ?? 0) + each.count });
  }
  return [...sums.values()].toSorted((a, b) => b.count - a.count);
}
