import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPrivateRoot } from '../../identity/authority/private-root.ts';
import { startTestPrivateCa } from '../../identity/testing/private-ca.ts';
import {
  authorityOf,
  makeTestAuthority,
  type Pair,
  type TestAuthority,
} from '../access/testing/test-certificates.ts';
import { ENVOYS, envoyOf } from '../testing/real-envoy.ts';
import { startMeshPair, type MeshPair } from './testing/mesh-pair.ts';

// Two real Envoys with the mutual TLS of the mesh, whose secrets change under them. Each request is a connection of its own.

const MESH = 'spiffe://apps.example/account/111122223333/mesh/m/';
const A = `${MESH}virtualNode/a`;
const B = `${MESH}virtualNode/b`;
const SHORT_MS = 6000;

let authority: TestAuthority;
let foreign: TestAuthority;
let [a, b]: Pair[] = [];
beforeAll(async () => {
  [authority, foreign] = await Promise.all([makeTestAuthority(), makeTestAuthority()]);
  [a, b] = await Promise.all([authority.issue(A), authority.issue(B)]);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
});
afterAll(() => vi.unstubAllEnvs());

describe.each(ENVOYS)('%s', (variable) => {
  let pair: MeshPair | undefined;
  afterEach(async () => {
    await pair?.close();
    pair = undefined;
  });

  async function open() {
    if (a === undefined || b === undefined) throw new Error('no certificates');
    const ids = { callers: MESH, target: B };
    pair = await startMeshPair(envoyOf(variable), ids, { caller: a, server: b, roots: authority.root });
    const { ask, counter } = pair;
    await expect.poll(ask).toBe(200);
    // A first 503 may come from a pause of Envoy, before the other one has refused anything.
    const counts = async (of: 'caller' | 'server', name: string): Promise<void> => {
      await expect.poll(async () => [await ask(), await counter(of, name)][1]).toBeGreaterThan(0);
    };
    return { ...pair, counts, a, b };
  }

  test('a server refuses a certificate that has expired, on a full handshake and on one that resumes', {
    timeout: 180_000,
  }, async () => {
    const { caller, ask, counter, counts, handshake } = await open();
    // The end of a certificate is a whole second.
    const ends = Date.now() + SHORT_MS - 1000;
    const short = await authority.issue(A, SHORT_MS);
    const early = await handshake(short);
    // A slow machine may be too late for it.
    if (Date.now() < ends) expect(early.answer).toBe('HTTP/1.1 200 OK');
    expect(early.tickets).toEqual([]);
    await caller.write(short, authority.root);
    await expect.poll(ask).toBe(503);
    expect(Date.now()).toBeGreaterThan(ends);
    await counts('server', 'ssl.fail_verify_error');
    const late = await handshake(short, early.tickets[0]);
    expect([late.answer.startsWith('HTTP'), late.resumed]).toEqual([false, false]);
    expect(await counter('server', 'ssl.session_reused')).toBe(0);
    expect(await counter('caller', 'ssl.session_reused')).toBe(0);
  });

  test('a caller refuses a server whose certificate has expired', { timeout: 180_000 }, async () => {
    const { server, ask, counter, counts } = await open();
    await server.write(await authority.issue(B, SHORT_MS), authority.root);
    await expect.poll(ask).toBe(503);
    await counts('caller', 'ssl.fail_verify_error');
    expect(await counter('caller', 'ssl.session_reused')).toBe(0);
  });

  test.each([
    'RSA',
    'subordinate',
  ] as const)('an intermediate of AWS Private CA is trusted, below an authority of the kind %s', {
    timeout: 180_000,
  }, async (kind) => {
    const ca = await startTestPrivateCa(kind);
    try {
      const root = openPrivateRoot(ca.arn, ca.endpoint);
      const anchor = await root.certificate();
      const own = await authorityOf(anchor, await root.intermediate('apps.example', anchor, Date.now()));
      const { caller, server, ask } = await open();
      await server.write(await own.issue(B), own.root);
      await expect.poll(ask).toBe(503);
      await caller.write(await own.issue(A), own.root);
      await expect.poll(ask).toBe(200);
    } finally {
      ca.close();
    }
  });

  test('a certificate of another authority is refused on both sides, although it has the right name', {
    timeout: 180_000,
  }, async () => {
    const { caller, server, ask, a: own, b: other } = await open();
    await caller.write(await foreign.issue(A), authority.root);
    await expect.poll(ask).toBe(503);
    await caller.write(own, authority.root);
    await expect.poll(ask).toBe(200);
    await server.write(await foreign.issue(B), authority.root);
    await expect.poll(ask).toBe(503);
    await server.write(other, authority.root);
    await expect.poll(ask).toBe(200);
  });

  test('a proxy of another mesh is refused, and a server that is another virtual node', {
    timeout: 180_000,
  }, async () => {
    const { caller, server, ask, counts, a: own } = await open();
    await caller.write(await authority.issue(A.replace('/mesh/m/', '/mesh/m2/')), authority.root);
    await expect.poll(ask).toBe(503);
    await counts('server', 'ssl.fail_verify_san');
    await caller.write(own, authority.root);
    await expect.poll(ask).toBe(200);
    await server.write(await authority.issue(`${MESH}virtualNode/c`), authority.root);
    await expect.poll(ask).toBe(503);
    await counts('caller', 'ssl.fail_verify_san');
  });

  test('a root that is removed is refused at once, and both roots are good while they are trusted', {
    timeout: 180_000,
  }, async () => {
    const { caller, server, ask, a: own, b: other } = await open();
    const both = authority.root + foreign.root;
    await caller.write(own, both);
    await server.write(other, both);
    await expect.poll(ask).toBe(200);
    const next = await foreign.issue(B);
    await server.write(next, both);
    await expect.poll(ask).toBe(200);
    await server.write(next, foreign.root);
    await expect.poll(ask).toBe(503);
    await caller.write(await foreign.issue(A), foreign.root);
    await expect.poll(ask).toBe(200);
  });
});
