import { expect, it } from 'vitest';
import type { MeshId } from '../../../mesh/resource.ts';
import { MESH, meshNamed, node, put, type MeshResource, type Subject } from './fixture.ts';
import { bareId } from '../../../mesh/bare-id.ts';

/** Tests the effects of a commit, and the conditions that make it stale. */
export function commitCases(subject: Subject): void {
  it('is empty at first', async () => {
    expect(await subject.since(0)).toEqual([]);
  });

  it('gives all changes of a commit one revision, which rises by one per commit', async () => {
    const first = await subject.store.commit(put(0, node('white'), node('blue')));
    const second = await subject.store.commit({
      ...put(1, node('white', 2)),
      deletes: [bareId(node('blue'))],
    });
    expect(first).toMatchObject({ outcome: 'committed', changes: [{ revision: 1 }, { revision: 1 }] });
    expect(second).toMatchObject({ outcome: 'committed', changes: [{ revision: 2 }, { revision: 2 }] });
  });

  it('returns the same changes from commit and changesSince', async () => {
    const written = await subject.store.commit(put(0, node('white'), node('blue')));
    const changes = await subject.since(0);
    expect(changes).toHaveLength(2);
    expect(written.outcome === 'committed' && written.changes).toEqual(expect.arrayContaining([...changes]));
  });

  it('keeps only the last change of each resource, oldest first, including deletions', async () => {
    await subject.store.commit(put(0, node('white')));
    await subject.store.commit(put(1, node('blue')));
    await subject.store.commit(put(2, node('white', 2)));
    await subject.store.commit({ ...put(3), deletes: [bareId(node('blue'))] });
    const expected = [
      { revision: 3, id: bareId(node('white')), resource: node('white', 2) },
      { revision: 4, id: bareId(node('blue')), resource: undefined },
    ];
    expect(await subject.since(0)).toEqual(expected);
    expect(await subject.since(3)).toEqual(expected.slice(1));
    expect(await subject.since(4)).toEqual([]);
  });

  it('writes nothing when the mesh has changed in between', async () => {
    await subject.store.commit(put(0, node('white')));
    expect(await subject.store.commit(put(0, node('blue')))).toEqual({ outcome: 'stale' });
    expect(await subject.since(0)).toHaveLength(1);
  });

  it('commits in spite of writes to other meshes', async () => {
    const other: MeshId = { owner: '999988887777', mesh: MESH.mesh };
    await subject.store.commit({
      mesh: other,
      expectedMeshRevision: 0,
      puts: [node('white', 1, other)],
      deletes: [],
      tokens: [],
    });
    expect(await subject.store.commit(put(0, node('white')))).toMatchObject({ outcome: 'committed' });
    expect(await subject.since(0)).toHaveLength(2);
  });

  it('counts a deletion as the last change of its mesh', async () => {
    await subject.store.commit(put(0, node('white'), node('blue')));
    await subject.store.commit({ ...put(1), deletes: [bareId(node('white'))] });
    expect(await subject.store.commit(put(1, node('white')))).toEqual({ outcome: 'stale' });
    expect(await subject.store.commit(put(2, node('white')))).toMatchObject({ outcome: 'committed' });
  });

  it('treats an empty mesh as one that never existed', async () => {
    await subject.store.commit(put(0, node('white')));
    await subject.store.commit({ ...put(1), deletes: [bareId(node('white'))] });
    expect(await subject.store.commit(put(1, node('white')))).toEqual({ outcome: 'stale' });
    expect(await subject.store.commit(put(0, node('white')))).toMatchObject({
      outcome: 'committed',
      revision: 3,
    });
  });

  it('writes nothing when the owner has a different number of meshes', async () => {
    const [colors, shapes] = [meshNamed('colors'), meshNamed('shapes')];
    const make = (name: MeshResource, expectedMeshes: number) =>
      subject.store.commit({ ...put(0, name), mesh: { owner: name.owner, mesh: name.mesh }, expectedMeshes });
    expect(await make(colors, 0)).toMatchObject({ outcome: 'committed' });
    expect(await make({ ...shapes, owner: '1' }, 0)).toMatchObject({ outcome: 'committed' });
    expect(await make(shapes, 0)).toEqual({ outcome: 'stale' });
    expect(await make(shapes, 1)).toMatchObject({ outcome: 'committed' });
    const gone = { ...put(1), expectedMeshes: 2, deletes: [bareId(colors)] };
    expect(await subject.store.commit(gone)).toMatchObject({ outcome: 'committed' });
    expect(await make(colors, 2)).toEqual({ outcome: 'stale' });
    expect(await make(colors, 1)).toMatchObject({ outcome: 'committed' });
  });

  it('commits only one of several writes that expect the same revision', async () => {
    const writes = Array.from({ length: 8 }, (_, index) => subject.store.commit(put(0, node(`n${index}`))));
    const outcomes = (await Promise.all(writes)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
    expect(await subject.since(0)).toHaveLength(1);
  });

  it('distinguishes names that differ in case, in trailing blanks, and in a suffix', async () => {
    const names = ['a', 'A', 'a ', 'a\0', 'a\0b', 'a/b', "a'b", '\u00e4', 'a\u0308'];
    await subject.store.commit(put(0, ...names.map((name) => node(name))));
    const kept = (await subject.since(0)).map(({ id }) => id.name);
    expect(kept.toSorted()).toEqual(names.toSorted());
  });

  it('sends hints about commits until the listener is removed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = subject.store.onChange(() => resolve());
    await subject.store.commit(put(0, node('white')));
    await promise;
    stop();
  });
}
