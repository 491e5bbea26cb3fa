import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ownAddress } from '../../explain/testing/own-address.ts';
import { decide } from '../../mesh/access/decide.ts';
import { anyArrival, anyPolicies, accessOf, FOREIGN, idOf } from '../../mesh/access/testing/any-access.ts';
import { ENVOYS, envoyOf } from '../testing/real-envoy.ts';
import { differences } from './testing/differences.ts';
import { startGuardedEnvoy } from './testing/guarded-envoy.ts';
import { makeCertificates } from './testing/test-certificates.ts';

// A real Envoy of either release admits and refuses as the rules say, and counts each refusal by caller and rule: for random policies,
// requests and connections. `test/long/random/random-access.ts` tries more of them.

const POLICIES = 12;
const ARRIVALS = 30;

let certificates: Awaited<ReturnType<typeof makeCertificates>>;
beforeAll(async () => {
  certificates = await makeCertificates([idOf('a'), idOf('c'), idOf('x'), FOREIGN]);
});

describe.each(ENVOYS)('%s', (variable) => {
  test('Envoy admits and refuses as the rules say', { timeout: 300_000 }, async () => {
    expect(
      await differences(envoyOf(variable), certificates, { policies: POLICIES, arrivals: ARRIVALS, seed: 1 }),
    ).toEqual([]);
  });

  test('no way of writing a refused path passes: bytes that are no UTF-8 in the query, dots with a parameter, a method in small letters', {
    timeout: 120_000,
  }, async () => {
    const long = `/${':'.repeat(1023)}`;
    const deny = (path: object) => accessOf([{ deny: [{ http: [{ path }] }] }], 'ENFORCE');
    const noDelete = accessOf([{ deny: [{ http: [{ methods: ['DELETE'] }] }] }], 'ENFORCE');
    const accesses = [deny({ prefix: '/a/' }), deny({ exact: '/a/b' }), deny({ exact: long }), noDelete];
    const envoy = await startGuardedEnvoy(envoyOf(variable), {
      accesses,
      address: ownAddress(),
      certificates,
    });
    const ask = (index: number, path: string, method = 'GET') =>
      envoy.ask(index, {
        port: 80,
        chain: 'plain',
        id: undefined,
        address: '127.1.2.3',
        request: { method, path },
      });
    try {
      for (const path of [
        '/a/b',
        '/a/b?x',
        '/a/b?\xFF',
        '/x/..;/a/b',
        '/.;y/a/b',
        '/x%2Fy?\xFF',
        '/a;x/b?\xFF',
      ]) {
        expect([path, await ask(0, path)]).toEqual([path, 'refused']);
        expect([path, await ask(1, path)]).toEqual([path, 'refused']);
      }
      expect(await ask(0, '/b?\xFF')).toBe('admitted');
      expect(await ask(1, '/a/b/c?\xFF')).toBe('admitted');
      expect(await ask(2, long.replaceAll(':', '%3a'))).toBe('refused');
      expect(await ask(2, `${long}:`)).toBe('admitted');
      for (const method of ['DELETE', 'delete', 'Delete'])
        expect([method, await ask(3, '/', method)]).toEqual([method, 'refused']);
    } finally {
      await envoy.close();
    }
  });

  test('without authorization, the filters admit every caller', async () => {
    const options = { accesses: [undefined], address: ownAddress(), certificates };
    const envoy = await startGuardedEnvoy(envoyOf(variable), options);
    try {
      for (const arrival of fc.sample(anyArrival, { numRuns: 40, seed: 7 }))
        expect([arrival, await envoy.ask(0, arrival)]).toEqual([arrival, 'admitted']);
    } finally {
      await envoy.close();
    }
  });
});

test('generated requests are admitted and refused, each in every chain', () => {
  const seen = new Set<string>();
  for (const [index, policies] of fc.sample(anyPolicies, { numRuns: 200, seed: 1 }).entries())
    for (const arrival of fc.sample(anyArrival, { numRuns: 20, seed: index })) {
      const { verdict, enforced } = decide(accessOf(policies, 'ENFORCE'), arrival);
      seen.add(`${arrival.chain} ${arrival.request === undefined ? 'tcp' : 'http'} ${verdict} ${enforced}`);
    }
  expect(seen.size).toBeGreaterThanOrEqual(16);
});
