import { describe, expect, it } from 'vitest';
import { matchesGlob } from './glob.ts';
import { evaluate, type Statement } from './policy.ts';

describe('a pattern', () => {
  it.each([
    ['*', '', true],
    ['*', 'arn:aws:appmesh:eu-west-1:111122223333:mesh/a/b', true],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'acb', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*b*b', 'abbab', true],
    ['*b*c*', 'abd', false],
    ['', '', true],
    ['', 'a', false],
    ['a**', 'a', true],
    ['mesh/*/virtualNode/?', 'mesh/x/y/virtualNode/z', true],
    ['A', 'a', false],
    ['a.c', 'abc', false],
  ])('%s on %j: %s', (pattern, text, matches) => {
    expect(matchesGlob(pattern, text)).toBe(matches);
  });

  it('that is hostile is evaluated fast', () => {
    expect(matchesGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(3000))).toBe(false);
  });
});

describe('statements', () => {
  const allow = (actions: string[], resources: string[]): Statement => ({
    effect: 'Allow',
    actions,
    resources,
  });
  const deny = (actions: string[], resources: string[]): Statement => ({
    ...allow(actions, resources),
    effect: 'Deny',
  });
  const ARN = 'arn:aws:appmesh:eu-west-1:111122223333:mesh/prod';

  it.each<[string, Statement[], string]>([
    ['no statement matches', [], 'implicit deny'],
    ['all is allowed', [allow(['*'], ['*'])], 'allowed'],
    ['the service is allowed', [allow(['appmesh:*'], ['*'])], 'allowed'],
    ['the case differs', [allow(['appmesh:deletemesh'], ['*'])], 'allowed'],
    ['another action', [allow(['appmesh:describe*'], ['*'])], 'implicit deny'],
    ['another resource', [allow(['*'], ['arn:aws:appmesh:*:*:mesh/test'])], 'implicit deny'],
    ['one of several resources', [allow(['*'], ['arn:x', 'arn:aws:appmesh:*:*:mesh/prod*'])], 'allowed'],
    ['deny wins, last', [allow(['*'], ['*']), deny(['appmesh:delete*'], ['*'])], 'explicit deny'],
    ['deny wins, first', [deny(['*'], [ARN]), allow(['*'], ['*'])], 'explicit deny'],
    [
      'a resource of another partition',
      [allow(['*'], ['arn:aws-cn:appmesh:*:*:mesh/prod'])],
      'implicit deny',
    ],
    ['a denial in another partition', [allow(['*'], ['*']), deny(['*'], ['arn:aws-cn:*'])], 'allowed'],
    ['a wildcard for other partitions', [allow(['*'], ['arn:aws-*:appmesh:*'])], 'implicit deny'],
    ['a denial of another action', [deny(['appmesh:update*'], ['*']), allow(['*'], ['*'])], 'allowed'],
  ])('%s', (_, statements, verdict) => {
    expect(evaluate(statements, 'appmesh:DeleteMesh', ARN)).toBe(verdict);
  });

  it.each([
    'arn:aws-cn:appmesh:cn-north-1:*:mesh/*',
    'arn:aws:appmesh:cn-north-1:*:mesh/*',
    'arn:aws*:appmesh:*:*:mesh/*',
    'arn:aws-*:appmesh:*:*:mesh/*',
    'arn:*:appmesh:*:*:mesh/*',
  ])('a policy for %s applies in China', (resource) => {
    const own = 'arn:aws-cn:appmesh:cn-north-1:111122223333:mesh/prod';
    expect(evaluate([allow(['*'], [resource])], 'appmesh:DeleteMesh', own)).toBe('allowed');
    expect(evaluate([allow(['*'], ['*']), deny(['*'], [resource])], 'appmesh:DeleteMesh', own)).toBe(
      'explicit deny',
    );
  });
});
