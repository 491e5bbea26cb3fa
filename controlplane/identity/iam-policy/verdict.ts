import type { Evaluation } from './answers.ts';
import { IamFailure } from './failure.ts';

/**
 * Whether a role may be a proxy, by its IAM policies. `missing`: keys in conditions for which the simulation has no value. `isPolicy`: a change of
 * policies would allow it.
 */
export type Verdict =
  | { readonly kind: 'allowed'; readonly missing: readonly string[] }
  | { readonly kind: 'denied'; readonly isPolicy: boolean; readonly reason: string };

/** The most keys in one reason. */
const MOST_KEYS = 10;

/** Judges the results of a simulation, which has to be about exactly this action on this resource. @throws IamFailure */
export function judge(evaluations: readonly Evaluation[], action: string, resource: string): Verdict {
  const [found, ...others] = evaluations;
  if (found === undefined || others.length > 0)
    throw new IamFailure(
      'unusable',
      `the simulation of AWS IAM has ${evaluations.length} results instead of one`,
    );
  // Names of actions have no case.
  if (found.action.toLowerCase() !== action.toLowerCase() || found.resource !== resource)
    throw new IamFailure('unusable', 'the simulation of AWS IAM is about another action or resource');
  const { decisions, boundaryAllows, organizationAllows, missing } = found;
  const reasons = [
    decisions.includes('explicitDeny') ? `a statement denies ${action} on ${resource}` : [],
    decisions.includes('implicitDeny') ? `no statement allows ${action} on ${resource}` : [],
    boundaryAllows === false ? 'the permissions boundary of the role does not allow it' : [],
    organizationAllows === false ? 'a policy of AWS Organizations does not allow it' : [],
  ].flat();
  if (reasons.length === 0) return { kind: 'allowed', missing };
  const keys = missing.slice(0, MOST_KEYS).join(', ');
  const unknown = keys === '' ? [] : [`its conditions need values that a simulation does not have (${keys})`];
  return { kind: 'denied', isPolicy: true, reason: [...reasons, ...unknown].join('; ') };
}
