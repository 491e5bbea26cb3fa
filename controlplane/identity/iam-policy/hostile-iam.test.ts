import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apart, askIam, boundary, missing, NODE, ROLE, startIamWithRole } from '../testing/iam-scene.ts';
import {
  ALLOWED,
  iamAnswer,
  IMPLICIT_DENY,
  sendIamError,
  sendXml,
  type TestIam,
} from '../testing/test-iam.ts';

let iam: TestIam;
beforeEach(async () => {
  iam = await startIamWithRole();
});
afterEach(() => iam.close());

const ask = () => askIam(iam);

/** Answers the simulation in this way. */
function insteadOfSimulation(send: (response: ServerResponse, parameters: URLSearchParams) => void): void {
  iam.instead = (parameters, response) => {
    if (parameters.get('Action') !== 'SimulatePrincipalPolicy') return false;
    send(response, parameters);
    return true;
  };
}

const named = (action: string, resource: string): string =>
  iamAnswer(
    'SimulatePrincipalPolicy',
    `<EvaluationResults><member><EvalActionName>${action}</EvalActionName><EvalResourceName>${resource}</EvalResourceName>${ALLOWED}</member></EvaluationResults>`,
  );
const ACTION = 'appmesh:StreamAggregatedResources';
const good = named(ACTION, NODE);

test('names of actions have no case', async () => {
  insteadOfSimulation((response) => sendXml(response, named('appmesh:streamaggregatedresources', NODE)));
  expect(await ask()).toMatchObject({ kind: 'allowed' });
});

describe('a hostile IAM', () => {
  test.each<[string, string]>([
    ['has a result for another action', named('appmesh:DescribeMesh', NODE)],
    ['has a result for another node', named(ACTION, NODE.replace(/a$/, 'b'))],
    ['has a result for all nodes', named(ACTION, '*')],
    ['has no result', iamAnswer('SimulatePrincipalPolicy', '<EvaluationResults/>')],
    ['has nothing', iamAnswer('SimulatePrincipalPolicy', '')],
    ['has two results', good.replace(/<member>.*<\/member>/, '$&$&')],
    ['has two decisions', good.replace(ALLOWED, ALLOWED + ALLOWED)],
    ['has two decisions that differ', good.replace(ALLOWED, IMPLICIT_DENY + ALLOWED)],
    ['has another decision', good.replace('allowed', 'Allowed')],
    ['has no decision', good.replace(ALLOWED, '')],
    ['has a decision with markup', good.replace('>allowed<', '>allowed<b/><')],
    ['has a decision with an attribute', good.replace('<EvalDecision>', '<EvalDecision a="b">')],
    ['has a comment', good.replace('allowed', 'allo<!-- -->wed')],
    ['has a DOCTYPE', `<!DOCTYPE x [<!ENTITY a "b">]>${good}`],
    ['has a CDATA section', good.replace('allowed', '<![CDATA[allowed]]>')],
    ['has another namespace', good.replace('iam.amazonaws.com', 'evil.example')],
    ['has another root', good.replaceAll('SimulatePrincipalPolicyResponse', 'SimulateCustomPolicyResponse')],
    ['has two roots', good + good],
    ['has broken XML', `${good}</x>`],
    ['has a boundary that is neither', good.replace(ALLOWED, ALLOWED + boundary('yes'))],
    ['has a boundary that is empty inside', good.replace(ALLOWED, ALLOWED + boundary(''))],
    ['has two boundaries', good.replace(ALLOWED, ALLOWED + boundary(true) + boundary(true))],
    [
      'has a result for the resource that is about another',
      good.replace(ALLOWED, ALLOWED + apart('allowed', '', '*')),
    ],
    ['has a malformed condition key', good.replace(ALLOWED, ALLOWED + missing('a b'))],
    [
      'has a text in place of a list',
      good.replace(ALLOWED, `${ALLOWED}<MissingContextValues>x</MissingContextValues>`),
    ],
    [
      'says neither that it is truncated nor that it is not',
      good.replace('<EvaluationResults>', '<IsTruncated>maybe</IsTruncated><EvaluationResults>'),
    ],
    [
      'is truncated without a marker',
      good.replace('<EvaluationResults>', '<IsTruncated>true</IsTruncated><EvaluationResults>'),
    ],
    ['is JSON', '{"EvaluationResults":[]}'],
  ])('that %s binds nothing', async (_, xml) => {
    insteadOfSimulation((response) => sendXml(response, xml));
    await expect(ask()).rejects.toMatchObject({ name: 'IamFailure', kind: 'unusable' });
  });
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['answers in JSON', (response) => sendXml(response, good, 'application/json'), /not text\/xml/],
    [
      'answers with a megabyte',
      (response) => sendXml(response, 'x'.repeat(2 ** 20)),
      /longer than 262144 bytes/,
    ],
    [
      'redirects',
      (response) => void response.writeHead(302, { location: iam.endpoint }).end(),
      /answered iam:SimulatePrincipalPolicy with 302/,
    ],
  ])('that %s binds nothing', async (_, send, words) => {
    insteadOfSimulation(send);
    await expect(ask()).rejects.toMatchObject({ kind: 'unusable', message: expect.stringMatching(words) });
  });
  test.each([
    ['no role', ''],
    ['two ids', '<Arn>A</Arn><RoleId>AROA1234567890123456</RoleId><RoleId>AROA1234567890123456</RoleId>'],
    ['an id of another form', `<Arn>${ROLE}</Arn><RoleId>AROA</RoleId>`],
  ])('that answers GetRole with %s binds nothing', async (_, members) => {
    iam.instead = (_parameters, response) => {
      sendXml(response, iamAnswer('GetRole', `<Role>${members}</Role>`));
      return true;
    };
    await expect(ask()).rejects.toMatchObject({ kind: 'unusable' });
    expect(iam.count('SimulatePrincipalPolicy')).toBe(0);
  });
});

describe('an error', () => {
  test.each<[string, number, string, number]>([
    ['throttling', 400, 'Throttling', 2],
    ['too many requests', 429, 'TooManyRequestsException', 2],
    ['a fault of its own', 503, 'ServiceUnavailable', 2],
  ])('of %s is tried once more, and is not final', async (_, status, code, times) => {
    insteadOfSimulation((response) => sendIamError(response, status, code));
    await expect(ask()).rejects.toMatchObject({
      kind: 'away',
      message: `AWS IAM answered iam:SimulatePrincipalPolicy with ${status} ${code}`,
    });
    expect(iam.count('SimulatePrincipalPolicy')).toBe(times);
  });
  test('that passes is no error', async () => {
    iam.result = () => ALLOWED;
    let failures = 1;
    iam.instead = (_, response) => {
      if (failures-- <= 0) return false;
      sendIamError(response, 400, 'Throttling');
      return true;
    };
    expect(await ask()).toMatchObject({ kind: 'allowed' });
  });
  test.each<[string, number, string, string]>([
    [
      'denied access',
      403,
      'AccessDenied',
      ': the role of the control plane needs iam:GetRole and iam:SimulatePrincipalPolicy',
    ],
    [
      'an unknown action',
      400,
      'InvalidInput',
      ': it may no longer know the actions of App Mesh; name the role in a NodeIdentity',
    ],
    ['expired credentials', 403, 'ExpiredToken', ''],
  ])('of %s is final, names what helps, and shows what AWS said only to the control plane', async (_, status, code, hint) => {
    insteadOfSimulation((response) => sendIamError(response, status, code, 'User: arn:aws:sts::1:x'));
    await expect(ask()).rejects.toMatchObject({
      kind: 'unusable',
      message: `AWS IAM answered iam:SimulatePrincipalPolicy with ${status} ${code}${hint}`,
      cause: expect.objectContaining({ message: 'User: arn:aws:sts::1:x' }),
    });
    expect(iam.count('SimulatePrincipalPolicy')).toBe(1);
  });
  test('of the control plane, which has no credentials, is final', async () => {
    const none = () => Promise.reject(new Error('found no AWS credentials'));
    await expect(askIam(iam, AbortSignal.timeout(10_000), none)).rejects.toMatchObject({
      kind: 'unusable',
      message: 'the control plane has no AWS credentials',
    });
    expect(iam.calls).toHaveLength(0);
  });
  test('is a missing answer: no wait is longer than the limit', async () => {
    iam.delayMs = 60_000;
    const from = performance.now();
    await expect(askIam(iam, AbortSignal.timeout(100))).rejects.toMatchObject({
      kind: 'away',
      message: 'AWS IAM did not answer',
    });
    expect(performance.now() - from).toBeLessThan(iam.delayMs / 2);
  });
  test('is a refused connection', async () => {
    iam.close();
    await expect(ask()).rejects.toMatchObject({ kind: 'away' });
  });
});
