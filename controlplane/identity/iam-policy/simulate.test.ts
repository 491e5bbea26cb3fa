import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import {
  apart,
  askIam,
  boundary,
  missing,
  NODE,
  organization,
  QUESTION,
  ROLE,
  simulateAt,
  startIamWithRole,
} from '../testing/iam-scene.ts';
import { ALLOWED, EXPLICIT_DENY, IMPLICIT_DENY, sendIamError, type TestIam } from '../testing/test-iam.ts';

let iam: TestIam;
beforeEach(async () => {
  iam = await startIamWithRole();
});
afterEach(() => iam.close());

const ask = () => askIam(iam);

it('asks about the role with its path, the action and the ARN of the node, in the region of the ARN', async () => {
  iam.result = () => ALLOWED;
  expect(await ask()).toEqual({ kind: 'allowed', missing: [] });
  expect(iam.calls.map((each) => Object.fromEntries(each))).toEqual([
    { Action: 'GetRole', Version: '2010-05-08', RoleName: 'web' },
    {
      Action: 'SimulatePrincipalPolicy',
      Version: '2010-05-08',
      PolicySourceArn: 'arn:aws:iam::123456789012:role/tasks/web',
      'ActionNames.member.1': 'appmesh:StreamAggregatedResources',
      'ResourceArns.member.1': NODE,
      'ContextEntries.member.1.ContextKeyName': 'aws:RequestedRegion',
      'ContextEntries.member.1.ContextKeyType': 'string',
      'ContextEntries.member.1.ContextKeyValues.member.1': 'eu-west-1',
    },
  ]);
});

it('asks nothing about roles of other accounts once the own one is known: anyone with an AWS account used up the calls to IAM', async () => {
  iam.result = () => ALLOWED;
  const simulate = simulateAt(iam);
  const signal = AbortSignal.timeout(60_000);
  expect(await simulate(QUESTION, signal)).toMatchObject({ kind: 'allowed' });
  const calls = iam.calls.length;
  const foreign = { ...QUESTION, principalArn: ROLE.replace('123456789012', '999999999999') };
  expect(await simulate(foreign, signal)).toMatchObject({
    kind: 'denied',
    reason: expect.stringContaining('the policies of roles in other accounts cannot be evaluated'),
  });
  expect(iam.calls).toHaveLength(calls);
});

test.each<[string, string, readonly string[]]>([
  ['is allowed', ALLOWED, []],
  ['is allowed, also for the resource alone', ALLOWED + apart('allowed'), []],
  ['is allowed by a boundary and an organization too', ALLOWED + boundary(true) + organization(true), []],
  ['has no value for keys of other statements', ALLOWED + missing('aws:SourceIp'), ['aws:SourceIp']],
  [
    'has no value for keys, which are listed with the resource',
    ALLOWED + apart('allowed', missing('ec2:ResourceTag/some_tag')),
    ['ec2:ResourceTag/some_tag'],
  ],
  [
    'has empty details',
    `${ALLOWED}<EvalDecisionDetails/><MissingContextValues/><ResourceSpecificResults/>`,
    [],
  ],
])('a simulation that %s binds', async (_, parts, keys) => {
  iam.result = () => parts;
  expect(await ask()).toEqual({ kind: 'allowed', missing: keys });
});

const NO_STATEMENT = `no statement allows appmesh:StreamAggregatedResources on ${NODE}`;

test.each<[string, string, string]>([
  ['allows nothing', IMPLICIT_DENY, NO_STATEMENT],
  ['denies', EXPLICIT_DENY, `a statement denies appmesh:StreamAggregatedResources on ${NODE}`],
  ['allows nothing on the resource', ALLOWED + apart('implicitDeny'), NO_STATEMENT],
  [
    'lacks values of conditions',
    IMPLICIT_DENY + missing('aws:SourceVpc', 'aws:PrincipalTag/team'),
    `${NO_STATEMENT}; its conditions need values that a simulation does not have (aws:SourceVpc, aws:PrincipalTag/team)`,
  ],
  [
    'is beyond the permissions boundary',
    IMPLICIT_DENY + boundary(false),
    `${NO_STATEMENT}; the permissions boundary of the role does not allow it`,
  ],
  [
    'is beyond the boundary, although it says allowed',
    ALLOWED + boundary(false),
    'the permissions boundary of the role does not allow it',
  ],
  [
    'is beyond the boundary of the resource alone',
    ALLOWED + boundary(true) + apart('allowed', boundary(false)),
    'the permissions boundary of the role does not allow it',
  ],
  [
    'is beyond the organization',
    ALLOWED + organization(false),
    'a policy of AWS Organizations does not allow it',
  ],
])('a simulation that %s does not bind, and the reason says so', async (_, parts, reason) => {
  iam.result = () => parts;
  expect(await ask()).toEqual({ kind: 'denied', isPolicy: true, reason });
});

describe('the role', () => {
  beforeEach(() => (iam.result = () => ALLOWED));
  test.each<[string, () => void, RegExp]>([
    [
      'is not in the account',
      () => iam.roles.delete('web'),
      /the account of the control plane has no such role/,
    ],
    [
      'is one of the same name in another account',
      () => iam.roles.set('web', { arn: 'arn:aws:iam::999999999999:role/web', uniqueId: QUESTION.uniqueId }),
      /the account of the control plane has no such role, and the policies of roles in other accounts/,
    ],
    [
      'was made anew',
      () => iam.roles.set('web', { arn: ROLE, uniqueId: 'AROA9999999999999999' }),
      /has the unique id AROA9999999999999999, and the proven one has AROA1234567890123456: the role was made anew/,
    ],
  ])('that %s is not bound, and its policies are not asked for', async (_, change, reason) => {
    change();
    expect(await ask()).toEqual({ kind: 'denied', isPolicy: false, reason: expect.stringMatching(reason) });
    expect(iam.count('SimulatePrincipalPolicy')).toBe(0);
  });
  test('that is deleted between the two calls is not bound', async () => {
    iam.instead = (parameters, response) => {
      if (parameters.get('Action') === 'GetRole') return false;
      sendIamError(response, 404, 'NoSuchEntity');
      return true;
    };
    expect(await ask()).toMatchObject({ kind: 'denied', isPolicy: false });
  });
});

test('pages are read to their end, and an endless simulation is refused', async () => {
  iam.result = () => ALLOWED;
  iam.emptyPages = 3;
  expect(await ask()).toMatchObject({ kind: 'allowed' });
  expect(iam.count('SimulatePrincipalPolicy')).toBe(4);
  iam.emptyPages = Infinity;
  await expect(ask()).rejects.toThrow('more than 5 pages');
});
