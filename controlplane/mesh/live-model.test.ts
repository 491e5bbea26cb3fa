import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import type { Hint, Store, Write } from '../store/store.ts';
import { openLiveModel } from './live-model.ts';
import type { Resource } from './resource.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const log = createLog('test', 'silent');
const MESH = { owner: '111122223333', mesh: 'colors' };

function node(name: string): Resource<'virtualNode'> {
  const times = { version: 1, createdAt: 0, lastUpdatedAt: 0 };
  return {
    kind: 'virtualNode',
    ...MESH,
    parent: '',
    name,
    spec: {},
    uid: name,
    ...times,
    resourceOwner: MESH.owner,
    tags: [],
  };
}

function put(expectedMeshRevision: number, name: string): Write {
  return { mesh: MESH, expectedMeshRevision, puts: [node(name)], deletes: [], tokens: [] };
}

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-live-'));
  store = openSqliteStore({ folder });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

it('opens with everything that the store has', async () => {
  await store.commit(put(0, 'white'));
  const { model } = await openLiveModel(store, log);
  expect(model.revision).toBe(1);
  expect(model.list('virtualNode', MESH)).toEqual([node('white')]);
});

it('has a change, and has called the listeners, when the commit resolves', async () => {
  const live = await openLiveModel(store, log);
  const told: number[] = [];
  live.onChanges((changes) => told.push(...changes.map(({ revision }) => revision)));
  await live.commit(put(0, 'white'));
  expect(live.model.get(node('white'))).toEqual(node('white'));
  expect(told).toEqual([1]);
});

it('applies the changes of other replicas before its own, in order, each once', async () => {
  const live = await openLiveModel(store, log);
  const told: string[] = [];
  live.onChanges((changes) => told.push(...changes.map(({ id }) => id.name)));
  await store.commit(put(0, 'theirs'));
  expect(await live.commit(put(0, 'stale'))).toEqual({ outcome: 'stale' });
  await live.commit(put(1, 'ours'));
  expect(told).toEqual(['theirs', 'ours']);
  await live.catchUp();
  expect(told).toEqual(['theirs', 'ours']);
});

it('follows the commits of other replicas', async () => {
  const live = await openLiveModel(store, log);
  const { promise, resolve } = Promise.withResolvers<void>();
  live.onChanges(() => resolve());
  await store.commit(put(0, 'theirs'));
  await promise;
  expect(live.model.revision).toBe(1);
});

it('continues when a listener fails, and does not call a removed listener', async () => {
  const live = await openLiveModel(store, log);
  const told: string[] = [];
  live.onChanges(() => {
    throw new Error('a fault of a listener');
  });
  const stop = live.onChanges(() => told.push('once'));
  await live.commit(put(0, 'white'));
  stop();
  await live.commit(put(1, 'blue'));
  expect(told).toEqual(['once']);
  expect(live.model.revision).toBe(2);
});

it('reports a change once if it is read while its commit returns', async () => {
  const live = await openLiveModel(store, log);
  const told: number[] = [];
  live.onChanges((changes) => told.push(...changes.map(({ revision }) => revision)));
  await Promise.all([live.commit(put(0, 'white')), live.catchUp()]);
  expect(told).toEqual([1]);
});

/** A store that can lose its last commits, like one whose server was replaced by a copy that lagged behind. */
function forgetful(): Store & { tell(hint: Hint): void; forgetAfter(revision: number): Promise<void> } {
  const listeners = new Set<(hint: Hint) => void>();
  return {
    isShared: true,
    commit: (write) => store.commit(write),
    changesSince: (revision) => store.changesSince(revision),
    prune: (kept) => store.prune(kept),
    tokenContent: (key, now) => store.tokenContent(key, now),
    history: (query) => store.history(query),
    contents: () => store.contents(),
    replace: (contents, mayReplace) => store.replace(contents, mayReplace),
    probe: () => store.probe(),
    close: () => store.close(),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    announce: (text) => store.announce(text),
    onAnnouncement: (listener) => store.onAnnouncement(listener),
    tell: (hint) => listeners.forEach((listener) => listener(hint)),
    forgetAfter: async (revision) => {
      const kept = (await store.changesSince(0)).changes.filter((change) => change.revision <= revision);
      await store.close();
      await rm(folder, { recursive: true });
      store = openSqliteStore({ folder });
      for (const [index, { resource }] of kept.entries()) {
        const puts = resource === undefined ? [] : [resource];
        await store.commit({ mesh: MESH, expectedMeshRevision: index, puts, deletes: [], tokens: [] });
      }
    },
  };
}

it('equals the store again after the store lost its last commits, and reports the difference', async () => {
  const fragile = forgetful();
  const live = await openLiveModel(fragile, log);
  await live.commit(put(0, 'white'));
  await live.commit(put(1, 'blue'));
  await live.commit(put(2, 'red'));
  await fragile.forgetAfter(1);
  await store.commit(put(1, 'green'));
  const told = new Map<string, boolean>();
  live.onChanges((changes) =>
    changes.forEach(({ id, resource }) => told.set(id.name, resource !== undefined)),
  );
  fragile.tell({ kind: 'reconnected' });
  await live.catchUp();
  expect(live.model.revision).toBe(2);
  expect(live.model.list('virtualNode', MESH).map(({ name }) => name)).toEqual(['green', 'white']);
  expect(Object.fromEntries(told)).toEqual({ blue: false, green: true, red: false });
  expect(await live.commit(put(2, 'black'))).toMatchObject({ outcome: 'committed', revision: 3 });
  expect(live.model.get(node('black'))).toEqual(node('black'));
});

it.skipIf(SHORT_FORM)(
  'prunes old tombstones, and a replica that is too far behind reads everything again',
  async () => {
    const live = await openLiveModel(store, log);
    const late = forgetful();
    const other = await openLiveModel(late, log);
    await live.commit(put(0, 'white'));
    await live.commit(put(1, 'blue'));
    await other.catchUp();
    const told: (readonly [string, boolean])[] = [];
    other.onChanges((changes) =>
      told.push(...changes.map(({ id, resource }) => [id.name, resource !== undefined] as const)),
    );
    await live.commit({ ...put(2, 'red'), deletes: [node('blue')] });
    for (let round = 0; round < 12; round += 1) {
      const deletes = Array.from({ length: 1000 }, (_, index) => node(`${round}-${index}`));
      await live.commit({ mesh: MESH, expectedMeshRevision: 3 + round, puts: [], deletes, tokens: [] });
    }
    expect((await store.changesSince(0)).changes).toHaveLength(2 + 10_000);
    await other.catchUp();
    expect(other.model.list('virtualNode', MESH).map(({ name }) => name)).toEqual(['red', 'white']);
    expect(told).toContainEqual(['blue', false]);
    expect(told).toContainEqual(['red', true]);
    expect(other.model.revision).toBe(live.model.revision);
  },
);
