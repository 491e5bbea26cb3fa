import { describe, expect, it, test } from 'vitest';
import type { LiveModel } from '../../mesh/live-model.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../../mesh/testing/resources.ts';
import type { NodePrincipal } from '../../model/daybreak-types.ts';
import type { Attempt } from '../attest/attempt.ts';
import { requireBinding } from '../attest/aws/aws-iam.ts';
import type { AwsCaller } from '../attest/aws/caller-identity.ts';
import { Refused } from '../attest/refused.ts';
import { IamFailure } from './failure.ts';
import { createPolicyBindings } from './policy-bindings.ts';
import type { PolicyQuestion } from './simulate.ts';
import type { Verdict } from './verdict.ts';

const OWNER = FIXTURE_OWNER;
const ROLE = `arn:aws:iam::${OWNER}:role/web`;
const CALLER: AwsCaller = {
  kind: 'role',
  arn: `arn:aws:sts::${OWNER}:assumed-role/web/task`,
  principalArn: ROLE,
  uniqueId: 'AROAX',
  session: 'task',
};
const PROXY = { kind: 'virtualNode', owner: OWNER, mesh: 'm', parent: '', name: 'a' } as const;
const NODE = `arn:aws:appmesh:eu-west-1:${OWNER}:mesh/m/virtualNode/a`;
const DOCUMENT = `{"meshName":"m","nodeIdentityName":"a","spec":{"proxy":{"virtualNode":{"virtualNodeName":"a"}},"principals":[{"awsRole":{"roleArn":"${ROLE}"}}]}}`;

/** Inputs of one binding. */
type Scene = {
  readonly principals?: readonly NodePrincipal[];
  readonly caller?: AwsCaller;
  readonly method?: 'aws iam' | 'aws jwt';
  readonly answer?: () => Promise<Verdict>;
  readonly proxy?: Attempt['proxy'];
};

async function bind({
  principals,
  caller = CALLER,
  method = 'aws iam',
  answer = async () => ({ kind: 'allowed', missing: [] }),
  proxy = PROXY,
}: Scene) {
  const spec = { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals };
  const model = modelFromInputs(
    principals === undefined ? [] : [{ meshName: 'm', nodeIdentityName: 'a', spec }],
  );
  const asked: PolicyQuestion[] = [];
  const answers = {
    ask: (question: PolicyQuestion) => {
      asked.push(question);
      return answer();
    },
    latest: () => undefined,
  };
  const logged: object[] = [];
  const log = { info: (fields: object) => void logged.push(fields) };
  const policies = createPolicyBindings({ answers, region: 'eu-west-1', log });
  const outcome = await requireBinding(
    { live: { model } as LiveModel, policies },
    { proxy } as Attempt,
    caller,
    method,
  ).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    return `${error.refusal.code} (${error.refusal.retryAfterSeconds} s): ${error.message}`;
  });
  return { outcome, asked, logged };
}

it('a role without a NodeIdentity is bound by its policies, and the certificate remembers this', async () => {
  const { outcome, asked } = await bind({});
  expect(outcome).toEqual({
    principal: CALLER.arn,
    proof: { method: 'aws iam', ...CALLER, boundBy: 'iam policy' },
  });
  expect(asked).toEqual([{ principalArn: ROLE, uniqueId: 'AROAX', resource: NODE }]);
});

it('a virtual gateway is asked for by its own ARN', async () => {
  const { asked } = await bind({ proxy: { ...PROXY, kind: 'virtualGateway', name: 'door' } });
  expect(asked[0]?.resource).toBe(`arn:aws:appmesh:eu-west-1:${OWNER}:mesh/m/virtualGateway/door`);
});

it('a refusal has the reason, the exact statement and the document', async () => {
  const { outcome } = await bind({
    answer: async () => ({ kind: 'denied', isPolicy: true, reason: 'no statement allows it' }),
  });
  expect(outcome).toBe(
    `NOT_BOUND (30 s): ${CALLER.arn} is proven, but may not be mesh/m/virtualNode/a: no NodeIdentity binds it; its IAM policies do not allow it: no statement allows it. This statement in an IAM policy of the role allows it, if nothing denies it: {"Effect":"Allow","Action":"appmesh:StreamAggregatedResources","Resource":"${NODE}"}. Or this document allows it (daybreak apply -f FILE): ${DOCUMENT}`,
  );
});

it('a refusal that no statement would change names none', async () => {
  const { outcome } = await bind({
    answer: async () => ({ kind: 'denied', isPolicy: false, reason: 'the role was made anew' }),
  });
  expect(outcome).toBe(
    `NOT_BOUND (30 s): ${CALLER.arn} is proven, but may not be mesh/m/virtualNode/a: no NodeIdentity binds it; its IAM policies do not allow it: the role was made anew. This document allows it (daybreak apply -f FILE): ${DOCUMENT}`,
  );
});

describe('policies are not asked for', () => {
  test.each<[string, Scene, RegExp]>([
    [
      'if a NodeIdentity names another role: it narrows',
      { principals: [{ awsRole: { roleArn: `${ROLE}2` } }] },
      /^NOT_BOUND .*it is bound to .*web2; its IAM policies do not count, because a NodeIdentity names AWS principals/,
    ],
    [
      'if a NodeIdentity names the role with another session',
      { principals: [{ awsRole: { roleArn: ROLE, session: 'ECS_TASK' } }] },
      /^NOT_BOUND .*bound for sessions of ECS_TASK.*; its IAM policies do not count, because a NodeIdentity/,
    ],
    [
      'if a NodeIdentity names a user',
      { principals: [{ awsUser: { userArn: `arn:aws:iam::${OWNER}:user/u` } }] },
      /^NOT_BOUND .*; its IAM policies do not count, because a NodeIdentity names AWS principals/,
    ],
    [
      'for a user',
      { caller: { ...CALLER, kind: 'user', principalArn: `arn:aws:iam::${OWNER}:user/u`, session: '' } },
      /^NOT_BOUND .*; IAM policies count for roles only\. This document/,
    ],
    [
      'for a token, which names no unique id',
      { caller: { ...CALLER, uniqueId: '', session: '' }, method: 'aws jwt' },
      /^NOT_BOUND .*; its IAM policies do not count, because a token of AWS STS does not name the unique id/,
    ],
  ])('%s', async (_, scene, words) => {
    const { outcome, asked } = await bind(scene);
    expect(outcome).toMatch(words);
    expect(asked).toEqual([]);
  });
  test('if a NodeIdentity binds the role', async () => {
    const { outcome, asked } = await bind({ principals: [{ awsRole: { roleArn: ROLE } }] });
    expect(outcome).toEqual({ principal: CALLER.arn, proof: { method: 'aws iam', ...CALLER } });
    expect(asked).toEqual([]);
  });
});

test.each<[string, readonly NodePrincipal[]]>([
  ['has no principals', []],
  ['names certificates only', [{ x509: { uri: 'urn:a' } }]],
])('a NodeIdentity that %s does not narrow', async (_, principals) => {
  expect((await bind({ principals })).outcome).toMatchObject({ proof: { boundBy: 'iam policy' } });
});

test('conditions that were not evaluated are in the log', async () => {
  const { logged } = await bind({ answer: async () => ({ kind: 'allowed', missing: ['aws:SourceIp'] }) });
  expect(logged).toEqual([{ principal: CALLER.arn, resource: NODE, missing: ['aws:SourceIp'] }]);
});

test.each([
  ['away', 'AWS IAM did not answer', 'IAM_AWAY (5 s)'],
  ['unusable', 'the control plane has no AWS credentials', 'IAM_UNUSABLE (60 s)'],
] as const)('an IAM that is %s gives a refusal of its own, with a time to come back', async (kind, reason, code) => {
  const { outcome } = await bind({ answer: () => Promise.reject(new IamFailure(kind, reason)) });
  expect(outcome).toBe(`${code}: ${CALLER.arn} is proven, but its IAM policies are not known: ${reason}`);
});
