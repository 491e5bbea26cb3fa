import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MeshId, Resource, ResourceId } from '../mesh/resource.ts';
import { TOKEN_LIFETIME, type Store, type TokenUse, type Write } from './store.ts';

/** A place where a store keeps its data: opened, closed, opened again it has what it had. */
export type StoreHome = { open(): Promise<Store>; remove(): Promise<void> };

const MESH: MeshId = { owner: '111122223333', mesh: 'colors' };

function node(name: string, version = 1, mesh = MESH): Resource<'virtualNode'> {
  return {
    kind: 'virtualNode',
    ...mesh,
    parent: '',
    name,
    spec: { serviceDiscovery: { dns: { hostname: `${name}.local` } } },
    uid: `uid-${name}`,
    version,
    createdAt: 1_700_000_000_123,
    lastUpdatedAt: 1_700_000_000_123 + version,
    resourceOwner: mesh.owner,
    tags: [{ key: 'team', value: 'ü 🎨' }],
  };
}

function idOf({ kind, owner, mesh, parent, name }: ResourceId): ResourceId {
  return { kind, owner, mesh, parent, name };
}

function put(expectedMeshRevision: number, ...puts: Resource[]): Write {
  return { mesh: MESH, expectedMeshRevision, puts, deletes: [] };
}

/** What every engine must do. `makeHome` gives a fresh, empty home for each case. */
export function storeConformance(engine: string, makeHome: () => Promise<StoreHome>): void {
  describe(`${engine} as a store`, () => {
    let home: StoreHome;
    let store: Store;
    beforeEach(async () => {
      home = await makeHome();
      store = await home.open();
    });
    afterEach(async () => {
      await store.close();
      await home.remove();
    });

    it('is empty at first', async () => {
      expect(await store.changesSince(0)).toEqual([]);
    });

    it('gives one revision to all changes of a commit and rises by one a commit', async () => {
      const first = await store.commit(put(0, node('white'), node('blue')));
      const second = await store.commit({ ...put(1, node('white', 2)), deletes: [idOf(node('blue'))] });
      expect(first).toMatchObject({ outcome: 'committed', changes: [{ revision: 1 }, { revision: 1 }] });
      expect(second).toMatchObject({ outcome: 'committed', changes: [{ revision: 2 }, { revision: 2 }] });
    });

    it('answers a commit with what changesSince gives', async () => {
      const written = await store.commit(put(0, node('white'), node('blue')));
      const changes = await store.changesSince(0);
      expect(changes).toHaveLength(2);
      expect(written.outcome === 'committed' && written.changes).toEqual(
        expect.arrayContaining([...changes]),
      );
    });

    it('keeps only the last change of each resource, oldest first, deletions too', async () => {
      await store.commit(put(0, node('white')));
      await store.commit(put(1, node('blue')));
      await store.commit(put(2, node('white', 2)));
      await store.commit({ ...put(3), deletes: [idOf(node('blue'))] });
      const expected = [
        { revision: 3, id: idOf(node('white')), resource: node('white', 2) },
        { revision: 4, id: idOf(node('blue')), resource: undefined },
      ];
      expect(await store.changesSince(0)).toEqual(expected);
      expect(await store.changesSince(3)).toEqual(expected.slice(1));
      expect(await store.changesSince(4)).toEqual([]);
    });

    it('writes nothing when somebody wrote to the mesh in between', async () => {
      await store.commit(put(0, node('white')));
      expect(await store.commit(put(0, node('blue')))).toEqual({ outcome: 'stale' });
      expect(await store.changesSince(0)).toHaveLength(1);
    });

    it('does not mind writes to other meshes', async () => {
      const other: MeshId = { owner: '999988887777', mesh: MESH.mesh };
      await store.commit({
        mesh: other,
        expectedMeshRevision: 0,
        puts: [node('white', 1, other)],
        deletes: [],
      });
      expect(await store.commit(put(0, node('white')))).toMatchObject({ outcome: 'committed' });
      expect(await store.changesSince(0)).toHaveLength(2);
    });

    it('counts a deletion as the last change of its mesh', async () => {
      await store.commit(put(0, node('white')));
      await store.commit({ ...put(1), deletes: [idOf(node('white'))] });
      expect(await store.commit(put(1, node('white')))).toEqual({ outcome: 'stale' });
      expect(await store.commit(put(2, node('white')))).toMatchObject({ outcome: 'committed' });
    });

    it('lets one of two writers that looked at the same state win', async () => {
      const writes = Array.from({ length: 8 }, (_, index) => store.commit(put(0, node(`n${index}`))));
      const outcomes = (await Promise.all(writes)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      expect(await store.changesSince(0)).toHaveLength(1);
    });

    it('tells names apart that differ in case, in blanks at the end, and in a suffix', async () => {
      const names = ['a', 'A', 'a ', 'a\0', 'a\0b', 'a/b', "a'b", '\u00e4', 'a\u0308'];
      await store.commit(put(0, ...names.map((name) => node(name))));
      const kept = (await store.changesSince(0)).map(({ id }) => id.name);
      expect(kept.toSorted()).toEqual(names.toSorted());
    });

    const use: TokenUse = {
      account: '1',
      operation: 'CreateVirtualNode',
      token: 't',
      content: 'c',
      at: 5000,
    };

    it('remembers a token with the change, for its lifetime', async () => {
      await store.commit({ ...put(0, node('white')), token: use });
      expect(await store.tokenContent(use, 5000)).toBe('c');
      expect(await store.tokenContent(use, 5000 + TOKEN_LIFETIME - 1)).toBe('c');
      expect(await store.tokenContent(use, 5000 + TOKEN_LIFETIME)).toBeUndefined();
      expect(await store.tokenContent({ ...use, operation: 'CreateRoute' }, 5000)).toBeUndefined();
      expect(await store.tokenContent({ ...use, account: '2' }, 5000)).toBeUndefined();
    });

    it('writes nothing with a token that is already used, and takes it again after its lifetime', async () => {
      await store.commit({ ...put(0, node('white')), token: use });
      expect(await store.commit({ ...put(1, node('blue')), token: { ...use, content: 'other' } })).toEqual({
        outcome: 'stale',
      });
      const later = { ...use, content: 'other', at: 5000 + TOKEN_LIFETIME };
      expect(await store.commit({ ...put(1, node('blue')), token: later })).toMatchObject({
        outcome: 'committed',
      });
      expect(await store.tokenContent(use, later.at)).toBe('other');
    });

    it('does not remember the token of a stale write', async () => {
      await store.commit({ ...put(7, node('white')), token: use });
      expect(await store.tokenContent(use, 5000)).toBeUndefined();
    });

    it('tells of a commit, until it is told to stop', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = store.onChange(() => resolve());
      await store.commit(put(0, node('white')));
      await promise;
      stop();
    });

    it('gives its contents, without what was deleted', async () => {
      await store.commit({ ...put(0, node('white'), node('blue')), token: use });
      await store.commit({ ...put(1), deletes: [idOf(node('blue'))] });
      expect(await store.contents()).toEqual({ revision: 2, resources: [node('white')], tokens: [use] });
    });

    it('takes contents over when it is empty, at a revision above theirs, and goes on from there', async () => {
      const contents = { revision: 41, resources: [node('white'), node('blue', 3)], tokens: [use] };
      expect(await store.replace(contents, false)).toEqual({ outcome: 'replaced', revision: 42 });
      const { resources, ...rest } = await store.contents();
      expect(rest).toEqual({ revision: 42, tokens: [use] });
      expect(resources).toEqual(expect.arrayContaining([node('white'), node('blue', 3)]));
      expect(await store.commit(put(42, node('red')))).toMatchObject({ outcome: 'committed', revision: 43 });
    });

    it('is replaced only when told to, as a commit that deletes what it held', async () => {
      await store.commit({ ...put(0, node('white'), node('blue')), token: use });
      const contents = { revision: 0, resources: [node('blue', 9), node('red')], tokens: [] };
      expect(await store.replace(contents, false)).toEqual({ outcome: 'occupied', resources: 2 });
      expect(await store.changesSince(1)).toEqual([]);
      expect(await store.replace(contents, true)).toEqual({ outcome: 'replaced', revision: 2 });
      expect(await store.tokenContent(use, 5000)).toBeUndefined();
      const changes = await store.changesSince(1);
      expect(changes).toHaveLength(3);
      expect(changes).toEqual(
        expect.arrayContaining([
          { revision: 2, id: idOf(node('white')), resource: undefined },
          { revision: 2, id: idOf(node('blue')), resource: node('blue', 9) },
          { revision: 2, id: idOf(node('red')), resource: node('red') },
        ]),
      );
    });

    it('takes and gives more than any batch of its own', async () => {
      const resources = Array.from({ length: 2500 }, (_, index) => node(`n${index}`));
      const tokens = resources.map(({ name }) => ({ ...use, token: name }));
      await store.replace({ revision: 0, resources, tokens }, false);
      const contents = await store.contents();
      expect(contents.resources).toHaveLength(2500);
      expect(contents.tokens).toHaveLength(2500);
    });

    it('has all it had after it was closed and opened again', async () => {
      await store.commit({ ...put(0, node('white')), token: use });
      await store.commit(put(1, node('blue')));
      const before = await store.changesSince(0);
      await store.close();
      store = await home.open();
      expect(await store.changesSince(0)).toEqual(before);
      expect(await store.tokenContent(use, 5000)).toBe('c');
      expect(await store.commit(put(2, node('red')))).toMatchObject({ changes: [{ revision: 3 }] });
    });

    it('refuses to work once it is closed, and may be closed twice', async () => {
      await store.close();
      await store.close();
      await expect(store.commit(put(0, node('white')))).rejects.toMatchObject({ code: 'unavailable' });
      await expect(store.changesSince(0)).rejects.toMatchObject({ code: 'unavailable' });
    });
  });
}
