import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openLiveModel, type LiveModel } from '../mesh/live-model.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import type { Store } from '../store/store.ts';
import { principalsOf } from './bindings.ts';
import { createCertificateLedger } from './certificate-ledger.ts';
import { openIdentities, type Identities } from './identity.ts';

// Each agent of a fleet asks for these. One look at a table of thousands per agent would be quadratic in the number of proxies.

const ACCOUNT = '111122223333';
const log = createLog('test', 'silent');

let folder: string;
let store: Store;
let live: LiveModel;
let identities: Identities;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-many-'));
  store = openSqliteStore({ folder });
  live = await openLiveModel(store, log);
  identities = await openIdentities(
    {
      trustDomain: 'apps.example',
      key: undefined,
      privateCa: undefined,
      privateCaEndpoint: undefined,
      sts: { host: 'sts.us-east-1.amazonaws.com', region: 'us-east-1', endpoint: 'http://127.0.0.1:9' },
      jwtIssuers: new Map(),
      iam: undefined,
    },
    { signers: undefined, live, region: 'us-east-1', log, onOutcome: () => undefined },
  );
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  identities.close();
  live.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** How many tables of the model `work` goes through. */
async function tablesSeen(work: () => unknown): Promise<number> {
  const looks = [vi.spyOn(live.model, 'list'), vi.spyOn(live.model, 'values')];
  await work();
  return looks.reduce((all, { mock }) => all + mock.calls.length, 0);
}

it('an agent that connects is told of the generation without a look at all certificates', async () => {
  // They are counted now and then.
  identities.renewal();
  expect(await tablesSeen(() => identities.renewal())).toBe(0);
});

it('a join token is made without a look at all tokens', async () => {
  const grant = { proxy: 'mesh/m/virtualNode/a', account: ACCOUNT, cidrs: [], expires: Date.now() + 60_000 };
  // Expired ones are looked for now and then.
  await identities.tokens.create(grant);
  expect(await tablesSeen(() => identities.tokens.create(grant))).toBe(0);
});

it('certificates that are issued one after the other are committed together', async () => {
  const ledger = createCertificateLedger(live);
  const commits = vi.spyOn(live, 'commit');
  const entry = (serial: string) => ({
    serial,
    node: 'mesh/m/virtualNode/a',
    owner: ACCOUNT,
    spiffeId: 'spiffe://apps.example/a',
    ends: Date.now() + 60_000,
    issued: 0,
    generation: 0,
    from: '10.0.0.1',
    proof: undefined,
    proven: 0,
  });
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const first = ledger.note(entry('01'));
  await new Promise(setImmediate);
  const second = ledger.note(entry('02'));
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all([first, second]);
  expect(commits).toHaveBeenCalledTimes(1);
  expect(new Set(ledger.list().map(({ serial }) => serial))).toEqual(new Set(['01', '02']));
  expect(ledger.count()).toBe(2);
});

it('the binding of a stream is found without a look at all bindings', async () => {
  const id = { kind: 'nodeIdentity', owner: ACCOUNT, mesh: 'm', parent: '', name: 'a' } as const;
  const principals = [{ x509: { uri: 'urn:a' } }];
  const spec = { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals };
  const resource = {
    ...id,
    spec,
    uid: 'u',
    version: 1,
    createdAt: 0,
    lastUpdatedAt: 0,
    resourceOwner: ACCOUNT,
    tags: [],
  };
  live.model.apply([{ revision: live.model.revision + 1, id, resource }]);
  const find = () => principalsOf(live.model, { ...id, kind: 'virtualNode' });
  expect(find()).toEqual(principals);
  expect(await tablesSeen(find)).toBe(0);
});
