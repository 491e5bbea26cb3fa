import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openLiveModel, type LiveModel } from '../mesh/live-model.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import type { Store } from '../store/store.ts';
import { createCertificateLedger, earlierOnes, type CertificateLedger } from './certificate-ledger.ts';

const DAY = 86_400_000;

let folder: string;
let store: Store;
let live: LiveModel;
let now: number;
let ledger: CertificateLedger;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-ledger-'));
  store = openSqliteStore({ folder });
  live = await openLiveModel(store, createLog('test', 'silent'));
  now = DAY;
  ledger = createCertificateLedger(live, () => now);
});
afterEach(async () => {
  live.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const entry = (serial: string, from = '10.0.0.1') => ({
  serial,
  node: 'mesh/m/virtualNode/a',
  owner: '111122223333',
  spiffeId: 'spiffe://apps.example/a',
  ends: now + DAY,
  issued: now,
  generation: 0,
  from,
  proof: { method: 'join token' } as const,
  proven: now,
});
const inUse = () => ledger.list().map(({ serial }) => serial);

it('a renewed certificate is out of use, and known until its end, so that it can be revoked: a copy of it was good for ever', async () => {
  await ledger.note(entry('01'));
  await ledger.note(entry('02'), '01');
  expect(inUse()).toEqual(['02']);
  expect(ledger.get('01')).toMatchObject({ replacedBy: '02', proof: { method: 'join token' } });
  expect(await ledger.revoke(ledger.listAll().map(({ serial }) => serial))).toBe(2);
  expect(ledger.get('01')?.revoked).toBe(now);
  now += 2 * DAY;
  await ledger.note(entry('03'));
  expect(ledger.listAll().map(({ serial }) => serial)).toEqual(['03']);
  expect(ledger.get('01')).toBeUndefined();
});

it('a certificate that its agent never got is out of use once the agent renews again: a rotation waited for its end', async () => {
  await ledger.note(entry('01'));
  await ledger.note(entry('02'), '01');
  await ledger.note(entry('03'), '01');
  expect(inUse()).toEqual(['03']);
  await ledger.note(entry('04'), '03');
  // A copy of the first one is renewed too: what the agent has stays in use.
  await ledger.note(entry('05'), '01');
  expect(new Set(inUse())).toEqual(new Set(['04', '05']));
});

it('a certificate stays in use until its agent has the next one: a rotation removed its root while the agent had no other certificate', async () => {
  await ledger.note(entry('01'));
  await ledger.note({ ...entry('02'), unconfirmed: true }, '01');
  expect(new Set(inUse())).toEqual(new Set(['01', '02']));
  // The agent got no answer, and asks again.
  await ledger.note({ ...entry('03'), unconfirmed: true }, '01');
  expect(inUse()).toContain('01');
  await ledger.confirm('03');
  expect(inUse()).toEqual(['03']);
  await ledger.note({ ...entry('04'), unconfirmed: true }, '03');
  // It got the answer, and the control plane did not hear of it: it shows the certificate with the next renewal.
  await ledger.note({ ...entry('05'), unconfirmed: true }, '04');
  expect(new Set(inUse())).toEqual(new Set(['04', '05']));
  await ledger.confirm('05');
  expect(inUse()).toEqual(['05']);
});

/** Holds the commits of the store up until the returned function is called. `commits`: how many have begun. */
function holdCommits(): { readonly commits: () => number; readonly goOn: () => void } {
  const gate = Promise.withResolvers<void>();
  const commit = live.commit.bind(live);
  const spy = vi.spyOn(live, 'commit').mockImplementation(async (write) => {
    await gate.promise;
    return commit(write);
  });
  return { commits: () => spy.mock.calls.length, goOn: gate.resolve };
}

it('a store that is slow makes one write of many confirmations of a certificate: each check of its stream queued another one', async () => {
  await ledger.note({ ...entry('01'), unconfirmed: true });
  const { commits, goOn } = holdCommits();
  const first = ledger.confirm('01');
  await expect.poll(commits, { timeout: 120_000 }).toBe(1);
  const others = Array.from({ length: 100 }, () => ledger.confirm('01'));
  goOn();
  await Promise.all([first, ...others]);
  expect(commits()).toBe(1);
  expect(ledger.get('01')?.unconfirmed).toBe(false);
});

it('limits the writes that wait for a store that does not answer', async () => {
  const small = createCertificateLedger(live, () => now, 3);
  const { commits, goOn } = holdCommits();
  const first = small.note(entry('01'));
  await expect.poll(commits, { timeout: 120_000 }).toBe(1);
  const waiting = ['02', '03', '04'].map((serial) => small.note(entry(serial)));
  await expect(small.note(entry('05'))).rejects.toMatchObject({
    status: 503,
    message: expect.stringContaining('3 writes of certificates wait already'),
  });
  goOn();
  await Promise.all([first, ...waiting]);
  expect(small.list()).toHaveLength(4);
});

it('two machines of one image, or a thief, renew the same certificate: those of both are in use. A rotation did not wait for the first one', async () => {
  await ledger.note(entry('01'));
  await ledger.note(entry('02', '10.0.0.2'), '01');
  await ledger.note(entry('03', '10.0.0.1'), '01');
  expect(new Set(inUse())).toEqual(new Set(['02', '03']));
  await ledger.note(entry('04', '10.0.0.2'), '02');
  await ledger.note(entry('05', '10.0.0.1'), '03');
  expect(new Set(inUse())).toEqual(new Set(['04', '05']));
  const family = (serial: string) => new Set(earlierOnes(ledger.listAll(), serial));
  expect(family('04')).toEqual(new Set(['01', '02', '04']));
  expect(family('05')).toEqual(new Set(['01', '03', '05']));
});

it('a certificate that is revoked while it is renewed leaves no good one', async () => {
  await ledger.note(entry('01'));
  const [revoked] = await Promise.all([ledger.revoke(['01']), ledger.note(entry('02'), '01')]);
  expect(revoked).toBe(1);
  for (const serial of ['01', '02']) expect(ledger.get(serial)?.revoked).toBe(now);
});

it('finds the certificates before one: an agent may still have a stream that began with the first', async () => {
  await ledger.note(entry('01'));
  await ledger.note(entry('02'), '01');
  await ledger.note(entry('03'), '02');
  await ledger.note(entry('11'));
  expect(new Set(earlierOnes(ledger.listAll(), '03'))).toEqual(new Set(['01', '02', '03']));
  expect([...earlierOnes(ledger.listAll(), '11')]).toEqual(['11']);
});

it('counts those in use also after the clock was set back: a rotation asked a whole fleet to renew at once', async () => {
  now = 10 * DAY;
  expect(ledger.count()).toBe(0);
  now = DAY;
  await ledger.note(entry('01'));
  expect(ledger.count()).toBe(1);
});

it('a first certificate whose answer was lost is out of use once its agent has asked again: a rotation waited three days for it', async () => {
  await ledger.note(entry('01'), undefined, 'request');
  await ledger.note(entry('02'), undefined, 'request');
  await ledger.note(entry('03', '10.0.0.2'), undefined, 'request');
  await ledger.note(entry('04'), undefined, 'another');
  expect(inUse().toSorted()).toEqual(['03', '04']);
  expect(ledger.listAll()).toHaveLength(4);
  expect([...earlierOnes(ledger.listAll(), '03')].toSorted()).toEqual(['01', '02', '03']);
});
