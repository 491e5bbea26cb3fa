import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openLiveModel, type LiveModel } from '../mesh/live-model.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import type { Store } from '../store/store.ts';
import { changeAuthority, createAuthority, readAuthority } from './authority/authority-store.ts';
import { createCertificateLedger } from './certificate-ledger.ts';
import { createJoinTokens } from './join-tokens.ts';

// Replicas that write to the same place at the same time. A commit takes some turns of the event loop, as one over a network, so that others
// commit meanwhile.

const REPLICAS = Array.from({ length: 10 }, (_, index) => index);
const HOUR = 60 * 60 * 1000;
const GRANT = { proxy: 'mesh/m/virtualNode/a', account: '111122223333', cidrs: [] };
const AUTHORITY = {
  trustDomain: 'apps.example',
  roots: [],
  issuing: { certificate: '', sealedKey: '' },
  retired: [],
};

let folder: string;
let store: Store;
let replicas: LiveModel[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-contention-'));
  store = openSqliteStore({ folder });
  const remote: Store = {
    ...store,
    async commit(write) {
      for (let left = Math.ceil(Math.random() * 4); left > 0; left -= 1) await turn();
      return store.commit(write);
    },
  };
  const log = createLog('test', 'silent');
  replicas = await Promise.all(REPLICAS.map(() => openLiveModel(remote, log)));
});
afterEach(async () => {
  for (const live of replicas) live.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const entry = (serial: string) => ({
  serial,
  node: GRANT.proxy,
  owner: GRANT.account,
  spiffeId: 'spiffe://apps.example/a',
  ends: HOUR,
  issued: 0,
  generation: 0,
  from: '10.0.0.1',
  proof: undefined,
  proven: 0,
});

/** Runs work on all replicas at once, several times in a row on each. */
async function onAll(
  times: number,
  work: (live: LiveModel, name: string) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    replicas.map(async (live, replica) => {
      for (let time = 0; time < times; time += 1) await work(live, `${replica}-${time}`);
    }),
  );
}

it('replicas that make and use join tokens at once: each use succeeds, and one with the same token', async () => {
  const tokens = replicas.map((live) => createJoinTokens(live, () => 0));
  const shared = (await tokens[0]?.create({ ...GRANT, expires: HOUR })) ?? '';
  const outcomes: string[] = [];
  await onAll(10, async (live, name) => {
    const own = tokens[replicas.indexOf(live)];
    const use = {
      proxy: GRANT.proxy,
      account: GRANT.account,
      address: '10.0.0.1',
      request: Buffer.from(name),
    };
    const token = (await own?.create({ ...GRANT, expires: HOUR })) ?? '';
    expect(await own?.consume(token, use)).toEqual({ outcome: 'consumed' });
    outcomes.push((await own?.consume(shared, use))?.outcome ?? '');
  });
  expect(outcomes.filter((outcome) => outcome === 'consumed')).toHaveLength(1);
});

it('replicas that issue certificates at once: each one is noted', async () => {
  const ledgers = replicas.map((live) => createCertificateLedger(live, () => 0));
  await onAll(10, (live, name) => ledgers[replicas.indexOf(live)]?.note(entry(name)) ?? Promise.resolve());
  await replicas[0]?.catchUp();
  expect(ledgers[0]?.list().length).toBe(10 * REPLICAS.length);
});

it('replicas that create and change the authority at once: there is one, with the changes of all', async () => {
  await Promise.all(
    replicas.map((live, replica) =>
      createAuthority(
        live,
        async () => ({ ...AUTHORITY, retired: [`made by ${replica}`] }),
        () => 0,
      ),
    ),
  );
  await onAll(10, (live, name) =>
    changeAuthority(
      live,
      async (record) => ({ ...record, retired: [...record.retired, name] }),
      () => 0,
    ),
  );
  for (const live of replicas) await live.catchUp();
  expect(new Set(replicas.map((live) => readAuthority(live)?.retired.length))).toEqual(
    new Set([1 + 10 * REPLICAS.length]),
  );
});

it('a slow replica beside one that commits first 25 times in a row has its turn: it gave up after 20', async () => {
  const [live] = replicas;
  if (live === undefined) throw new Error('there is a replica');
  const loses = (): void => {
    const commit = vi.spyOn(live, 'commit');
    for (let lost = 0; lost < 25; lost += 1) commit.mockResolvedValueOnce({ outcome: 'stale' });
  };
  loses();
  const tokens = createJoinTokens(live, () => 0);
  const token = await tokens.create({ ...GRANT, expires: HOUR });
  loses();
  const use = { proxy: GRANT.proxy, account: GRANT.account, address: '', request: Buffer.from('request') };
  expect(await tokens.consume(token, use)).toEqual({ outcome: 'consumed' });
  loses();
  const ledger = createCertificateLedger(live, () => 0);
  await ledger.note(entry('01'));
  expect(ledger.list()).toHaveLength(1);
  loses();
  await createAuthority(
    live,
    async () => AUTHORITY,
    () => 0,
  );
  expect(readAuthority(live)).toEqual(AUTHORITY);
});
