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

const H2C =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n';
const WEBSOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
/** Heads of requests as Node sends none, each with the access that refuses it: 0 denies `/a/`, 3 denies DELETE. */
const RAW: readonly (readonly [number, string])[] = [
  [0, 'GET http://b/a/b HTTP/1.1\r\nHost: b\r\n'],
  [0, 'GET http://b//a/b HTTP/1.1\r\nHost: b\r\n'],
  [0, 'GET http://b/x/../a/b HTTP/1.1\r\nHost: c\r\n'],
  [0, 'GET /a/b#c HTTP/1.1\r\nHost: b\r\n'],
  [0, 'GET /b#/../a/b HTTP/1.1\r\nHost: b\r\n'],
  [0, 'GET /x\\..\\a\\b HTTP/1.1\r\nHost: b\r\n'],
  [0, 'GET \\a\\b HTTP/1.1\r\nHost: b\r\n'],
  [0, 'GET /a%00/b HTTP/1.1\r\nHost: b\r\n'],
  [0, 'GET a/b HTTP/1.1\r\nHost: b\r\n'],
  [0, 'GET /a/b HTTP/1.0\r\n'],
  [0, 'OPTIONS * HTTP/1.1\r\nHost: b\r\n'],
  [0, 'CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n'],
  [0, 'CONNECT /a/b HTTP/1.1\r\nHost: b\r\n'],
  [0, `GET /a/b HTTP/1.1\r\nHost: b\r\n${H2C}`],
  [0, `GET /a/b HTTP/1.1\r\nHost: b\r\n${WEBSOCKET}`],
  [0, 'POST /b HTTP/1.1\r\nHost: b\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
  [3, 'delete / HTTP/1.1\r\nHost: b\r\n'],
  [3, 'DELETE / HTTP/1.1\r\nHost: b\r\nX-HTTP-Method-Override: GET\r\n'],
];

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

  test('no way of writing a refused path passes: bytes that are no UTF-8 in the query, dots with a parameter, a method in small letters, an absolute URI, an upgrade', {
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
      expect(await envoy.sendRaw(0, 'GET /b HTTP/1.1\r\nHost: b\r\n')).toBe(200);
      for (const [index, head] of RAW) {
        const status = await envoy.sendRaw(index, head);
        expect([head, [0, 400, 403, 404, 426, 501].includes(status)], `${status}`).toEqual([head, true]);
      }
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
