import { createIamCall } from '../iam-policy/iam-call.ts';
import { createSimulate, type PolicyQuestion, type Simulate } from '../iam-policy/simulate.ts';
import type { Verdict } from '../iam-policy/verdict.ts';
import { startTestIam, type TestIam } from './test-iam.ts';

/** A role, without its path. */
export const ROLE = 'arn:aws:iam::123456789012:role/web';
/** The ARN of a node. */
export const NODE = 'arn:aws:appmesh:eu-west-1:123456789012:mesh/m/virtualNode/a';
/** Whether the role may be the node. */
export const QUESTION: PolicyQuestion = {
  principalArn: ROLE,
  uniqueId: 'AROA1234567890123456',
  resource: NODE,
};

const CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' };

/** Starts a stand-in for AWS IAM with the role, whose path is `/tasks/`. */
export async function startIamWithRole(): Promise<TestIam> {
  const iam = await startTestIam();
  const arn = ROLE.replace('/web', '/tasks/web');
  iam.roles.set('web', { arn, uniqueId: QUESTION.uniqueId });
  return iam;
}

/** Creates questions to a stand-in. */
export function simulateAt({ endpoint }: TestIam, credentials = async () => CREDENTIALS): Simulate {
  return createSimulate(createIamCall(endpoint, credentials));
}

/** Asks a stand-in the question. */
export function askIam(
  iam: TestIam,
  signal = AbortSignal.timeout(60_000),
  credentials = async () => CREDENTIALS,
): Promise<Verdict> {
  return simulateAt(iam, credentials)(QUESTION, signal);
}

/** Parts of a result: what a permissions boundary and an organization say, keys without a value, and the result for the resource alone. */
export const boundary = (value: boolean | string): string =>
  `<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>${value}</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>`;
export const organization = (value: boolean): string =>
  `<OrganizationsDecisionDetail><AllowedByOrganizations>${value}</AllowedByOrganizations></OrganizationsDecisionDetail>`;
export const missing = (...keys: readonly string[]): string =>
  `<MissingContextValues>${keys.map((key) => `<member>${key}</member>`).join('')}</MissingContextValues>`;
export const apart = (decision: string, more = '', resource = NODE): string =>
  `<ResourceSpecificResults><member><EvalResourceName>${resource}</EvalResourceName><EvalResourceDecision>${decision}</EvalResourceDecision>${more}</member></ResourceSpecificResults>`;
