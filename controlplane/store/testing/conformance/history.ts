import { expect, it } from 'vitest';
import { CHANGE_LIFETIME, MOST_CHANGES, type SpecChangeInput } from '../../spec-history.ts';
import { MESH, meshNamed, node, put, type Subject } from './fixture.ts';
import { bareId } from '../../../mesh/bare-id.ts';

const AT = 1_700_000_000_000;

/** An update of a node by a user. */
function changeOf(name: string, version: number, at = AT): SpecChangeInput {
  const { spec, tags } = node(name, version);
  const origin = { by: 'arn:aws:iam::1:user/ü', source: 'console', undoes: '1.1' } as const;
  return { id: bareId(node(name)), at, change: 'update', origin, before: { version, spec, tags } };
}

/** Tests the changes of specifications, which a store keeps for undo. */
export function historyCases(subject: Subject): void {
  const commit = async (revision: number, ...history: readonly SpecChangeInput[]) => {
    const puts = [node(`any-${revision}`)];
    expect(await subject.store.commit({ ...put(revision, ...puts), history })).toMatchObject({
      outcome: 'committed',
    });
  };
  const all = { mesh: MESH, limit: 1000 };
  const placesOf = async (query: Parameters<typeof subject.store.history>[0]) =>
    (await subject.store.history(query)).map(({ id, revision, step }) => `${id.name} ${revision}.${step}`);

  it('returns kept changes newest first: of a mesh, of a resource, and before a place', async () => {
    const created: SpecChangeInput = {
      ...changeOf('white', 0),
      change: 'create',
      origin: { by: undefined, source: 'api' },
      before: undefined,
    };
    await commit(0, created);
    await commit(1, changeOf('white', 1), changeOf('blue', 1), changeOf('white', 2));
    expect(await placesOf(all)).toEqual(['white 2.3', 'blue 2.2', 'white 2.1', 'white 1.1']);
    const white = { ...all, id: bareId(node('white')) };
    expect(await placesOf(white)).toEqual(['white 2.3', 'white 2.1', 'white 1.1']);
    expect(await placesOf({ ...white, before: { revision: 2, step: 3 }, limit: 1 })).toEqual(['white 2.1']);
    expect(await placesOf({ ...all, mesh: { ...MESH, mesh: 'other' } })).toEqual([]);
    const [newest] = await subject.store.history(white);
    expect(newest).toEqual({ ...changeOf('white', 2), revision: 2, step: 3 });
    expect((await subject.store.history(white)).at(-1)).toMatchObject({
      change: 'create',
      before: undefined,
    });
    await subject.reopen();
    expect(await placesOf(white)).toHaveLength(3);
  });

  it('keeps the last 20 changes of each resource, for 30 days', async () => {
    await commit(0, changeOf('blue', 1));
    for (let revision = 1; revision <= MOST_CHANGES + 5; revision += 1)
      await commit(revision, changeOf('white', revision));
    const white = { ...all, id: bareId(node('white')) };
    const kept = await subject.store.history(white);
    expect(kept.map(({ before }) => before?.version)).toEqual(
      Array.from({ length: MOST_CHANGES }, (_, index) => MOST_CHANGES + 5 - index),
    );
    expect(await placesOf(all)).toContain('blue 1.1');
    await commit(MOST_CHANGES + 6, changeOf('red', 1, AT + CHANGE_LIFETIME + 1));
    expect(await placesOf(all)).toEqual([`red ${MOST_CHANGES + 7}.1`]);
  });

  it('keeps no change of a write that was stale, and returns changes with its contents', async () => {
    await commit(0, changeOf('white', 1));
    const stale = { ...put(0, node('white')), history: [changeOf('white', 2)] };
    expect(await subject.store.commit(stale)).toEqual({ outcome: 'stale' });
    const contents = await subject.store.contents();
    expect(contents.history).toEqual([{ ...changeOf('white', 1), revision: 1, step: 1 }]);
    await commit(1, changeOf('blue', 1));
    await subject.store.replace({ ...contents, resources: [meshNamed('colors')] }, true);
    expect(await placesOf(all)).toEqual(['white 1.1']);
  });
}
