import { withoutPath } from '../../auth/credentials/aws-principal.ts';
import { readRole, readSimulation, type Evaluation, type Role } from './answers.ts';
import { IamFailure } from './failure.ts';
import type { IamCall } from './iam-call.ts';
import { judge, type Verdict } from './verdict.ts';

/** The action that App Mesh's proxies need on their own resource. */
export const STREAM_ACTION = 'appmesh:StreamAggregatedResources';

/** Whether the IAM policies of a role let it be a proxy. */
export type PolicyQuestion = {
  /** The ARN of the role without its path, as AWS STS names it. */
  readonly principalArn: string;
  /** `AROA…`: the role that was proven. */
  readonly uniqueId: string;
  /** The ARN of the proxy's virtual node or gateway, as this control plane's API reports it. */
  readonly resource: string;
};

/** Asks AWS IAM. @throws IamFailure if there is no answer */
export type Simulate = (question: PolicyQuestion, signal: AbortSignal) => Promise<Verdict>;

/** The most pages of one simulation. One action on one resource has one result. */
const MOST_PAGES = 5;

/**
 * Creates questions: GetRole finds the role's path and unique id, and SimulatePrincipalPolicy evaluates its policies. Once a role has shown the account of
 * the control plane, roles of other accounts cost no call: anyone with an AWS account can prove one.
 */
export function createSimulate(call: IamCall): Simulate {
  let ownAccount: string | undefined;
  return async (question, signal) => {
    const { principalArn, resource } = question;
    if (ownAccount !== undefined && accountOf(principalArn) !== ownAccount) return denied(FOREIGN);
    const name = principalArn.slice(principalArn.indexOf('/') + 1);
    const found = await call('GetRole', { RoleName: name }, signal);
    const role = found === undefined ? undefined : readRole(found);
    if (role !== undefined) ownAccount = accountOf(role.arn);
    if (role === undefined || withoutPath(role.arn) !== principalArn) return denied(FOREIGN);
    if (role.uniqueId !== question.uniqueId) return denied(anew(question, role));
    const evaluations: Evaluation[] = [];
    let marker: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await call('SimulatePrincipalPolicy', parametersFor(role, resource, marker), signal);
      if (answer === undefined) return denied(FOREIGN);
      const read = readSimulation(answer);
      evaluations.push(...read.evaluations);
      marker = read.marker;
      if (marker === undefined) return judge(evaluations, STREAM_ACTION, resource);
    }
    throw new IamFailure('unusable', `the answer of AWS IAM has more than ${MOST_PAGES} pages`);
  };
}

const FOREIGN =
  'the account of the control plane has no such role, and the policies of roles in other accounts cannot be evaluated';

/** `arn:aws:iam::ACCOUNT:role/…` */
const accountOf = (arn: string): string | undefined => arn.split(':')[4];

const denied = (reason: string): Verdict => ({ kind: 'denied', isPolicy: false, reason });

function anew({ uniqueId }: PolicyQuestion, role: Role): string {
  return `the role of this name has the unique id ${role.uniqueId}, and the proven one has ${uniqueId}: the role was made anew`;
}

function parametersFor(
  role: Role,
  resource: string,
  marker: string | undefined,
): Readonly<Record<string, string>> {
  return {
    PolicySourceArn: role.arn,
    'ActionNames.member.1': STREAM_ACTION,
    'ResourceArns.member.1': resource,
    // The only value that is known: App Mesh has the same region in its ARNs. Conditions on it are common in boundaries.
    'ContextEntries.member.1.ContextKeyName': 'aws:RequestedRegion',
    'ContextEntries.member.1.ContextKeyType': 'string',
    'ContextEntries.member.1.ContextKeyValues.member.1': resource.split(':')[3] ?? '',
    ...(marker === undefined ? {} : { Marker: marker }),
  };
}
