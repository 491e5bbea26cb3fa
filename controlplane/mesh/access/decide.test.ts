import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../common/testing/short-form.ts';
import type {
  AccessPolicySpec,
  AccessRule,
  HttpAccess,
  UnauthenticatedRule,
} from '../../model/daybreak-types.ts';
import { decide, type Arrival, type Decision } from './decide.ts';
import { accessOf, anyArrival, anyPolicies, DECLARED, idOf, TRUST_DOMAIN } from './testing/any-access.ts';

/** The rules, read as their documentation says them, one request at a time. */
function naive(policies: readonly AccessPolicySpec[], arrival: Arrival): Omit<Decision, 'line'> {
  const { chain, id, port, request, address } = arrival;
  const foreign = id !== undefined && !id.startsWith(`spiffe://${TRUST_DOMAIN}/`);
  const http = (list: readonly HttpAccess[] | undefined): boolean =>
    list === undefined ||
    (request !== undefined &&
      list.some(({ methods, path }) => {
        const own = request.path.replace(/\?.*$/, '');
        return (
          (methods === undefined || methods.map(String).includes(request.method)) &&
          (path?.exact === undefined || own === path.exact) &&
          (path?.prefix === undefined || own.startsWith(path.prefix))
        );
      }));
  const common = ({ ports, http: asked }: AccessRule | UnauthenticatedRule): boolean =>
    (ports === undefined || ports.includes(port)) && http(asked);
  const named = ({ from = [] }: AccessRule): boolean =>
    from.some(({ virtualNode, spiffeId }) => id === (spiffeId ?? idOf(virtualNode?.virtualNodeName ?? '')));
  const all = (member: 'allow' | 'deny'): readonly AccessRule[] =>
    policies.flatMap((policy) => policy[member] ?? []);
  const counts = chain === 'mesh' || (chain === 'user' && foreign);
  const denied = all('deny').some(
    (rule) => common(rule) && (rule.from === undefined || (counts && named(rule))),
  );
  const allowed = all('allow').some(
    (rule) => common(rule) && (rule.from === undefined ? chain === 'mesh' : counts && named(rule)),
  );
  const declared = chain === 'mesh' && DECLARED.some((name) => idOf(name) === id);
  const open =
    chain !== 'mesh' &&
    policies
      .flatMap((policy) => policy.unauthenticated ?? [])
      .some(
        (rule) =>
          common(rule) &&
          (rule.cidrs === undefined ||
            rule.cidrs.some((cidr) => cidr === '0.0.0.0/0' || address.startsWith('127.1.'))),
      );
  const isOpenRule = policies.some(({ unauthenticated }) => unauthenticated !== undefined);
  if (denied) return { verdict: 'refused', enforced: true };
  if (allowed || declared || open) return { verdict: 'allowed', enforced: true };
  return { verdict: 'refused', enforced: chain === 'mesh' || isOpenRule };
}

test('a decision is that of the rules as they are documented', () => {
  fc.assert(
    fc.property(
      anyPolicies,
      fc.array(
        anyArrival.filter(({ request }) => request?.path !== '/a%2Fb'),
        { minLength: 1, maxLength: 20 },
      ),
      (policies, arrivals) => {
        const access = accessOf(policies, 'ENFORCE');
        for (const arrival of arrivals) {
          const { verdict, enforced } = decide(access, arrival);
          expect({ verdict, enforced }).toEqual(naive(policies, arrival));
        }
      },
    ),
    { numRuns: runs(2000) },
  );
});

describe('one rule at a time', () => {
  const arrival = (changed: Partial<Arrival>): Arrival => ({
    port: 80,
    chain: 'mesh',
    id: idOf('a'),
    address: '10.0.0.1',
    request: { method: 'GET', path: '/a' },
    ...changed,
  });
  const a = { virtualNode: { virtualNodeName: 'a' } };
  const path = { exact: '/a' };

  test.each<[string, AccessPolicySpec, Partial<Arrival>, string]>([
    ['a declared backend', {}, {}, 'allowed backend'],
    ['a caller that no rule names', {}, { id: idOf('x') }, 'refused none'],
    ['a deny of a declared caller', { deny: [{ from: [a] }] }, {}, 'refused p0/deny/1'],
    ['a deny and an allow', { allow: [{ from: [a] }], deny: [{}] }, {}, 'refused p0/deny/1'],
    ['an empty list of callers', { deny: [{ from: [] }] }, {}, 'allowed backend'],
    [
      'the query of a path',
      { deny: [{ http: [{ path }] }] },
      { request: { method: 'GET', path: '/a?x' } },
      'refused p0/deny/1',
    ],
    [
      'an escaped slash, with a rule of a path',
      { deny: [{ http: [{ path }] }] },
      { request: { method: 'GET', path: '/b%2Fa' } },
      'refused escaped-slash',
    ],
    [
      'an escaped slash in the query',
      { deny: [{ http: [{ path }] }] },
      { request: { method: 'GET', path: '/b?c=%2F' } },
      'allowed backend',
    ],
    [
      'an escaped slash without a rule of a path',
      {},
      { request: { method: 'GET', path: '/b%2Fa' } },
      'allowed backend',
    ],
    ['a rule with paths on tcp', { deny: [{ http: [{ path }] }] }, { request: undefined }, 'allowed backend'],
    ['a certificate of the user for an id of the mesh', {}, { chain: 'user' }, 'refused none (audited)'],
    ['plain text while all is permissive', {}, { chain: 'plain', id: undefined }, 'refused none (audited)'],
    [
      'plain text with an empty list',
      { unauthenticated: [] },
      { chain: 'plain', id: undefined },
      'refused none',
    ],
    [
      'plain text and a deny for any caller',
      { deny: [{}] },
      { chain: 'plain', id: undefined },
      'refused p0/deny/1',
    ],
    [
      'a health check',
      { unauthenticated: [{ cidrs: ['10.0.0.0/8'] }] },
      { chain: 'plain', id: undefined },
      'allowed p0/unauthenticated/1',
    ],
  ])('%s', (_, spec, changed, expected) => {
    const { verdict, line, enforced } = decide(accessOf([spec], 'ENFORCE'), arrival(changed));
    expect(`${verdict} ${line}${enforced ? '' : ' (audited)'}`).toBe(expected);
  });

  test('nothing is enforced with AUDIT', () => {
    const { verdict, enforced } = decide(accessOf([{ deny: [{}] }], 'AUDIT'), arrival({}));
    expect({ verdict, enforced }).toEqual({ verdict: 'refused', enforced: false });
  });
});
