import { matchesGlob } from './glob.ts';

/** One statement of an IAM policy: its effect on actions, in lower case, and resources. */
export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
};

/** The result of the evaluation. `implicit deny`: no statement matches. */
export type Verdict = 'allowed' | 'explicit deny' | 'implicit deny';

/** Whether a statement allows an action by its full name, without a wildcard. Only `evaluate` considers Deny statements. */
export function isNamedInFull(statements: readonly Statement[], action: string): boolean {
  const small = action.toLowerCase();
  return statements.some(({ effect, actions }) => effect === 'Allow' && actions.includes(small));
}

/** Evaluates policies as IAM does: one Deny overrides every Allow. Actions are case-insensitive. */
export function evaluate(statements: readonly Statement[], action: string, resource: string): Verdict {
  const small = action.toLowerCase();
  const matching = statements.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => matchesGlob(pattern, small)) &&
      resources.some((pattern) => matchesResource(pattern, resource)),
  );
  if (matching.some(({ effect }) => effect === 'Deny')) return 'explicit deny';
  return matching.length > 0 ? 'allowed' : 'implicit deny';
}

/** `arn:aws:` in a policy stands for the partition of the control plane's region: files for such ARNs apply in China too. */
function matchesResource(pattern: string, resource: string): boolean {
  if (matchesGlob(pattern, resource)) return true;
  return (
    pattern.startsWith('arn:aws:') && matchesGlob(pattern, resource.replace(/^arn:aws-[a-z-]*:/, 'arn:aws:'))
  );
}

/**
 * Returns on how many resources policies allow an action: on `all`, on `none`, or on `some`, which then depends on the resource.
 */
export function coverage(statements: readonly Statement[], action: string): 'all' | 'some' | 'none' {
  const small = action.toLowerCase();
  const about = (effect: Statement['effect']): readonly Statement[] =>
    statements.filter(
      (each) => each.effect === effect && each.actions.some((pattern) => matchesGlob(pattern, small)),
    );
  const isTotal = ({ resources }: Statement): boolean => resources.includes('*');
  const allows = about('Allow');
  const denies = about('Deny');
  if (allows.length === 0 || denies.some(isTotal)) return 'none';
  return denies.length === 0 && allows.some(isTotal) ? 'all' : 'some';
}
