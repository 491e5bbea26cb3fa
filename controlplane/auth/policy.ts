import { matchesGlob } from './glob.ts';

/** One statement of an IAM policy, its actions in small letters: what it says of them, for which resources. */
export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
};

/** What statements say together: `denied` in words, or not mentioned, which is a refusal too. */
export type Verdict = 'allowed' | 'denied' | 'unmentioned';

/** Whether a statement allows an action that it names in full, without a wildcard. Deny statements are for `judge`. */
export function isWrittenOut(statements: readonly Statement[], action: string): boolean {
  const small = action.toLowerCase();
  return statements.some(({ effect, actions }) => effect === 'Allow' && actions.includes(small));
}

/** Judges an action on a resource as IAM does: one Deny outweighs every Allow. Actions are compared without case. */
export function judge(statements: readonly Statement[], action: string, resource: string): Verdict {
  const small = action.toLowerCase();
  const matching = statements.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => matchesGlob(pattern, small)) &&
      resources.some((pattern) => matchesGlob(pattern, resource)),
  );
  if (matching.some(({ effect }) => effect === 'Deny')) return 'denied';
  return matching.length > 0 ? 'allowed' : 'unmentioned';
}
