import { webcrypto, X509Certificate } from 'node:crypto';
// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { PublicKey } from '@peculiar/x509';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { openLiveModel, type LiveModel } from '../../mesh/live-model.ts';
import { openPostgresStore } from '../../store/postgres/postgres.ts';
import { startTestPostgres, type TestPostgres } from '../../store/testing/postgres-server.ts';
import { openAuthority, type Authority } from './authority.ts';
import { openRoots } from './roots.ts';
import { createCertificateLedger, type LedgerEntry } from '../certificate-ledger.ts';
import { rootAbove } from './chain.ts';
import { createJoinTokens } from '../join-tokens.ts';
import { createRotation } from '../rotation/rotation.ts';
import { sealWith } from '../seal/seal.ts';

// Several control planes with an authority on one PostgreSQL.

const log = createLog('test', 'silent');
const DAY = 24 * 60 * 60 * 1000;

let server: TestPostgres;
let url: string;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  server = await startTestPostgres();
  url = await server.database();
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await server.remove();
});

async function replica(): Promise<LiveModel> {
  const store = await openPostgresStore({ url, log });
  const live = await openLiveModel(store, log);
  closers.push(
    () => store.close(),
    () => live.close(),
  );
  return live;
}

async function open(live: LiveModel, now: () => number): Promise<Authority> {
  const sealer = await sealWith(Buffer.alloc(32, 1));
  const roots = openRoots({ trustDomain: 'apps.example', sealer });
  const authority = await openAuthority({ live, trustDomain: 'apps.example', sealer, roots, log, now });
  closers.push(authority.close);
  return authority;
}

async function issue(authority: Authority): Promise<X509Certificate> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const key = new PublicKey(await webcrypto.subtle.exportKey('spki', keys.publicKey));
  const { certificate } = await authority.issue('spiffe://apps.example/x', key, 40 * DAY);
  return new X509Certificate(certificate);
}

const trusts = ({ roots, issuers }: Authority, leaf: X509Certificate, now: number): boolean => {
  const parse = (all: readonly Uint8Array[]) => all.map((each) => new X509Certificate(each));
  const trust = { trustDomain: 'apps.example', roots: () => parse(roots()), issuers: () => parse(issuers()) };
  return rootAbove(leaf, trust, now) !== undefined;
};

test('replicas that create the authority at the same moment have one, and replace its intermediate once', async () => {
  let now = Date.now();
  const lives = await Promise.all([replica(), replica(), replica()]);
  const all = await Promise.all(lives.map((live) => open(live, () => now)));
  expect(new Set(all.map(({ roots }) => Buffer.from(roots()[0] ?? []).toString('hex'))).size).toBe(1);
  const leaves = await Promise.all(all.map(issue));
  for (const authority of all) for (const leaf of leaves) expect(trusts(authority, leaf, now)).toBe(true);

  // A start looks at the end of the intermediate at once.
  const before = all[0]?.issuingEnds() ?? 0;
  now += 61 * DAY;
  const [first, ...others] = await Promise.all(lives.map((live) => open(live, () => now)));
  if (first === undefined) throw new Error('there is no replica');
  await expect.poll(() => new Set([first, ...others, ...all].map((each) => each.issuingEnds())).size).toBe(1);
  expect(first.issuingEnds()).toBeGreaterThan(before);
  expect(first.issuers()).toHaveLength(2);
  const leaf = await issue(first);
  // Those of the replaced intermediate are trusted too, until they end.
  now -= 25 * DAY;
  for (const authority of all) for (const each of leaves) expect(trusts(authority, each, now)).toBe(true);
  now += 25 * DAY;
  for (const authority of all) expect(trusts(authority, leaf, now)).toBe(true);
});

test('of uses of one join token on several replicas at once, one succeeds; different ones do not disturb each other', async () => {
  const replicas = (await Promise.all([replica(), replica()])).map((live) => createJoinTokens(live));
  const grant = {
    proxy: 'mesh/m/virtualNode/a',
    account: '111122223333',
    cidrs: [],
    expires: Date.now() + DAY,
  };
  let requests = 0;
  const use = () => ({
    proxy: grant.proxy,
    account: grant.account,
    address: '10.0.0.1',
    request: new Uint8Array([(requests += 1)]),
  });
  const [first] = replicas;
  if (first === undefined) throw new Error('there is no replica');
  const token = await first.create(grant);
  const uses = await Promise.all([...replicas, ...replicas].map((each) => each.consume(token, use())));
  expect(uses.filter(({ outcome }) => outcome === 'consumed')).toHaveLength(1);
  const made = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => (await replicas[i % 2]?.create(grant)) ?? ''),
  );
  const used = await Promise.all(made.map(async (each, i) => replicas[(i + 1) % 2]?.consume(each, use())));
  expect(new Set(used.map((each) => each?.outcome))).toEqual(new Set(['consumed']));
});

test('replicas write certificates at once, and take each step of a rotation once', async () => {
  const lives = await Promise.all([replica(), replica()]);
  const [first] = await Promise.all(lives.map((live) => open(live, Date.now)));
  const ledgers = lives.map((live) => createCertificateLedger(live));
  const entry = (i: number): LedgerEntry => ({
    serial: `${i}`.padStart(4, '0'),
    node: 'mesh/m/virtualNode/a',
    owner: '111122223333',
    spiffeId: 'spiffe://apps.example/account/111122223333/mesh/m/virtualNode/a',
    ends: Date.now() + DAY,
    issued: Date.now(),
    generation: 0,
    from: '10.0.0.1',
    proof: { method: 'join token' },
    proven: Date.now(),
  });
  await Promise.all(Array.from({ length: 200 }, async (_, i) => ledgers[i % 2]?.note(entry(i))));
  for (const ledger of ledgers) await expect.poll(() => ledger.list().length).toBe(200);

  const sealer = await sealWith(Buffer.alloc(32, 1));
  const rotations = lives.map((live, i) => {
    const ledger = ledgers[i] ?? createCertificateLedger(live);
    const at = { step: 0 };
    // Then the clock runs ahead, so that a step need not last.
    let ahead = 0;
    const clock = () => (at.step === 0 ? 0 : (ahead += 60_000));
    return {
      at,
      ...createRotation({
        live,
        ledger,
        roots: openRoots({ trustDomain: 'apps.example', sealer }),
        log,
        clock,
        everyMs: 50,
      }),
    };
  });
  closers.push(...rotations.map(({ close }) => close));
  const asked = await Promise.all(rotations.map(({ request }) => request('root')));
  expect(asked.filter((refusal) => refusal === undefined)).toHaveLength(1);
  for (const { at } of rotations) at.step = 1;
  // 200 certificates of the old generation hold the step up, at each replica.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(first?.record().rotation?.step).toBe('distributing');
  await ledgers[1]?.revoke(Array.from({ length: 200 }, (_, i) => entry(i).serial));
  await expect.poll(() => first?.record().rotation).toBeUndefined();
  expect(first?.record()).toMatchObject({ generation: 3, roots: [expect.anything()] });
});
