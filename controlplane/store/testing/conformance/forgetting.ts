import { beforeEach, describe, expect, it } from 'vitest';
import type { MeshId } from '../../../mesh/resource.ts';
import { MESH, node, put, type Subject } from './fixture.ts';
import { bareId } from '../../../mesh/bare-id.ts';

/** Tests the pruning of tombstones. */
export function forgettingCases(subject: Subject): void {
  describe('that prunes tombstones', () => {
    const other: MeshId = { owner: '999988887777', mesh: 'shapes' };
    const gone = (revision: number, name: string, mesh = MESH) => ({
      revision,
      id: bareId(node(name, 1, mesh)),
      resource: undefined,
    });
    beforeEach(async () => {
      // Revisions 1 to 5: a live mesh that lost two nodes, and a mesh that is gone.
      await subject.store.commit(put(0, node('white'), node('blue'), node('red')));
      await subject.store.commit({ ...put(0, node('square', 1, other)), mesh: other });
      await subject.store.commit({ ...put(1), deletes: [bareId(node('blue'))] });
      await subject.store.commit({ ...put(2), mesh: other, deletes: [bareId(node('square', 1, other))] });
      await subject.store.commit({ ...put(3), deletes: [bareId(node('red'))] });
    });

    it('keeps the requested number of tombstones, the latest ones', async () => {
      await subject.store.prune(3);
      expect(await subject.since(2)).toHaveLength(3);
      await subject.store.prune(2);
      const expected = [
        { revision: 1, id: bareId(node('white')), resource: node('white') },
        gone(4, 'square', other),
        gone(5, 'red'),
      ];
      expect(await subject.store.changesSince(0)).toEqual({ from: 0, changes: expected });
      await subject.store.prune(2);
      expect(await subject.since(0)).toEqual(expected);
    });

    it('returns everything to readers behind the pruned tombstones, and changes to the others', async () => {
      await subject.store.prune(1);
      const everything = await subject.store.changesSince(0);
      for (const revision of [1, 2, 3])
        expect(await subject.store.changesSince(revision)).toEqual(everything);
      expect(await subject.store.changesSince(4)).toEqual({ from: 4, changes: [gone(5, 'red')] });
      expect(await subject.store.changesSince(5)).toEqual({ from: 5, changes: [] });
    });

    it('accepts commits in the live mesh and in the one that is gone', async () => {
      await subject.store.prune(1);
      expect(await subject.store.commit(put(3, node('blue')))).toEqual({ outcome: 'stale' });
      expect(await subject.store.commit(put(5, node('blue')))).toMatchObject({
        outcome: 'committed',
        revision: 6,
      });
      const square = { ...put(0, node('square', 1, other)), mesh: other };
      expect(await subject.store.commit({ ...square, expectedMeshRevision: 4 })).toEqual({
        outcome: 'stale',
      });
      expect(await subject.store.commit(square)).toMatchObject({ outcome: 'committed', revision: 7 });
    });

    it('keeps the last change of a live mesh at any age', async () => {
      const names = ['a', 'b', 'c'];
      await subject.store.commit({ ...put(0, ...names.map((name) => node(name, 1, other))), mesh: other });
      for (const [index, name] of names.slice(1).entries()) {
        const write = { ...put(6 + index), mesh: other, deletes: [bareId(node(name, 1, other))] };
        await subject.store.commit(write);
      }
      await subject.store.prune(1);
      expect(await subject.since(0)).toEqual([
        { revision: 1, id: bareId(node('white')), resource: node('white') },
        gone(5, 'red'),
        { revision: 6, id: bareId(node('a', 1, other)), resource: node('a', 1, other) },
        gone(8, 'c', other),
      ]);
      expect(await subject.store.commit(put(5, node('blue')))).toMatchObject({ outcome: 'committed' });
    });

    it('remembers what it has pruned when it is closed and reopened', async () => {
      await subject.store.prune(1);
      await subject.reopen();
      expect((await subject.store.changesSince(3)).from).toBe(0);
      expect((await subject.store.changesSince(4)).from).toBe(4);
    });
  });
}
