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
  const http = (list: readonly HttpAccess[] | undefined, read: (path: string) => string): boolean =>
    list === undefined ||
    (request !== undefined &&
      list.some(({ methods, path }) => {
        const own = read(request.path.replace(/\?.*$/, ''));
        return (
          (methods === undefined || methods.map(String).includes(request.method)) &&
          (path?.exact === undefined || own === read(path.exact)) &&
          (path?.prefix === undefined || own.startsWith(read(path.prefix)))
        );
      }));
  const common = (
    { ports, http: asked }: AccessRule | UnauthenticatedRule,
    read: (path: string) => string = String,
  ): boolean => (ports === undefined || ports.includes(port)) && http(asked, read);
  // As an application may read a path.
  const readByApplication = (text: string): string =>
    decodeURIComponent(text.replaceAll(/;[^/]*/g, '').replaceAll(/\/{2,}/g, '/'));
  const named = ({ from = [] }: AccessRule): boolean =>
    from.some(({ virtualNode, spiffeId }) => id === (spiffeId ?? idOf(virtualNode?.virtualNodeName ?? '')));
  const all = (member: 'allow' | 'deny'): readonly AccessRule[] =>
    policies.flatMap((policy) => policy[member] ?? []);
  const counts = chain === 'mesh' || (chain === 'user' && foreign);
  const denied = all('deny').some(
    (rule) => common(rule, readByApplication) && (rule.from === undefined || (counts && named(rule))),
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
    ...(
      [
        ['a colon', '/u:delete', '/u%3Adelete'],
        ['a colon, in small digits', '/u:delete', '/u%3adelete'],
        ['a colon that the rule escapes', '/u%3Adelete', '/u:delete'],
        ['a letter with an accent, in small digits', '/caf%C3%A9', '/caf%c3%a9'],
        ['a parameter', '/a/b', '/a;v=1/b'],
        ['a parameter at the end', '/a/b', '/a/b;v=1?q'],
        ['a segment that is a parameter', '/a/b', '/;/a/;x/b'],
      ] as const
    ).map(([what, exact, asked]): [string, AccessPolicySpec, Partial<Arrival>, string] => [
      `a path that an application takes for the refused one: ${what}`,
      { deny: [{ http: [{ path: { exact } }] }] },
      { request: { method: 'GET', path: asked } },
      'refused p0/deny/1',
    ]),
    [
      'two dots with a parameter, which some applications resolve',
      { deny: [{ http: [{ path }] }] },
      { request: { method: 'GET', path: '/b/..;x/a' } },
      'refused escaped-slash',
    ],
    [
      'a refused method in small letters, which some applications take for the same',
      { deny: [{ http: [{ methods: ['DELETE'] }] }] },
      { request: { method: 'delete', path: '/a' } },
      'refused p0/deny/1',
    ],
    [
      'an admitted method in small letters',
      { allow: [{ http: [{ methods: ['DELETE'] }] }] },
      { id: idOf('x'), request: { method: 'delete', path: '/a' } },
      'refused none',
    ],
    [
      'a prefix and a colon that the caller escapes',
      { deny: [{ http: [{ path: { prefix: '/a:' } }] }] },
      { request: { method: 'GET', path: '/a%3Ab/c?d' } },
      'refused p0/deny/1',
    ],
    [
      'an allow, which takes a path only as it is written',
      { allow: [{ http: [{ path: { exact: '/u:x' } }] }] },
      { id: idOf('x'), request: { method: 'GET', path: '/u%3Ax' } },
      'refused none',
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
