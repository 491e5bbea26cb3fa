import type { Log } from '../../../common/log.ts';
import type { IdentifiedProxy } from '../../../common/contracts/spiffe-id.ts';
import { Refused } from '../attest/refused.ts';
import type { AwsCaller } from '../attest/aws/caller-identity.ts';
import { namesAwsPrincipals } from '../bindings.ts';
import { arnOf } from '../../mesh/arn.ts';
import type { AwsProofRecord } from '../../mesh/identity-records.ts';
import type { NodePrincipal } from '../../model/daybreak-types.ts';
import { IamFailure } from './failure.ts';
import type { PolicyAnswers } from './policy-answers.ts';
import { STREAM_ACTION, type PolicyQuestion } from './simulate.ts';

/** Bindings by IAM policies: a role may be a proxy if its policies allow `appmesh:StreamAggregatedResources` on the proxy's ARN. */
export type PolicyBindings = {
  /**
   * Whether a proven caller may be a proxy by its policies, and if not, why. `principals`: those of the proxy's NodeIdentity; if there are AWS principals
   * among them, policies do not count.
   * @throws Refused if AWS IAM gives no answer
   */
  readonly admit: (
    principals: readonly NodePrincipal[],
    proxy: IdentifiedProxy,
    caller: AwsCaller,
  ) => Promise<PolicyAdmission>;
  /** Why a proof that a policy bound to a proxy no longer counts: IAM's latest answer was a refusal. Undefined: it counts. */
  readonly fault: (proof: AwsProofRecord, proxy: IdentifiedProxy) => string | undefined;
  /** The question about a proof. */
  readonly questionOf: (
    caller: Pick<AwsCaller, 'principalArn' | 'uniqueId'>,
    proxy: IdentifiedProxy,
  ) => PolicyQuestion;
};

/** `statement`: JSON of the statement in a policy that would allow it; undefined: none would. */
export type PolicyAdmission =
  | { readonly isAllowed: true }
  | { readonly isAllowed: false; readonly reason: string; readonly statement: string | undefined };

/** Inputs. `region`: that of ARNs. */
export type PolicyBindingsOptions = {
  readonly answers: Pick<PolicyAnswers, 'ask' | 'latest'>;
  readonly region: string;
  readonly log: Pick<Log, 'info'>;
};

/** Creates the bindings. */
export function createPolicyBindings({ answers, region, log }: PolicyBindingsOptions): PolicyBindings {
  const questionOf: PolicyBindings['questionOf'] = ({ principalArn, uniqueId }, proxy) => ({
    principalArn,
    uniqueId,
    resource: arnOf({ ...proxy, parent: '' }, region),
  });
  return {
    questionOf,
    async admit(principals, proxy, caller) {
      const reason = notAsked(principals, caller);
      if (reason !== undefined) return { isAllowed: false, reason, statement: undefined };
      const question = questionOf(caller, proxy);
      const verdict = await answers.ask(question).catch((error: unknown) => {
        throw error instanceof IamFailure ? refusalFor(error, caller) : error;
      });
      const { resource } = question;
      if (verdict.kind === 'denied')
        return {
          isAllowed: false,
          reason: `its IAM policies do not allow it: ${verdict.reason}`,
          statement: verdict.isPolicy ? statementFor(resource) : undefined,
        };
      const { missing } = verdict;
      if (missing.length > 0)
        log.info(
          { principal: caller.arn, resource, missing },
          'conditions of IAM policies were not evaluated',
        );
      return { isAllowed: true };
    },
    fault(proof, proxy) {
      const found = answers.latest(questionOf(proof, proxy))?.verdict;
      return found?.kind === 'denied'
        ? `the IAM policies of ${proof.arn} no longer allow it: ${found.reason}`
        : undefined;
    },
  };
}

function notAsked(principals: readonly NodePrincipal[], { kind, uniqueId }: AwsCaller): string | undefined {
  if (principals.some(namesAwsPrincipals))
    return 'its IAM policies do not count, because a NodeIdentity names AWS principals for this proxy';
  if (kind !== 'role') return 'IAM policies count for roles only';
  if (uniqueId === '')
    return 'its IAM policies do not count, because a token of AWS STS does not name the unique id of the role: use aws-iam';
  return undefined;
}

function refusalFor(error: IamFailure, { arn }: AwsCaller): Refused {
  const code = error.kind === 'away' ? 'IAM_AWAY' : 'IAM_UNUSABLE';
  return new Refused(code, `${arn} is proven, but its IAM policies are not known: ${error.message}`, {
    cause: error.cause,
  });
}

function statementFor(resource: string): string {
  return JSON.stringify({ Effect: 'Allow', Action: STREAM_ACTION, Resource: resource });
}
