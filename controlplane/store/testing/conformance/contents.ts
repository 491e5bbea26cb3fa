import { expect, it } from 'vitest';
import { node, put, use, type Subject } from './fixture.ts';
import { bareId } from '../../../mesh/bare-id.ts';

/** Tests contents, replacement, and reopening. */
export function contentsCases(subject: Subject): void {
  it('returns its contents without deleted resources', async () => {
    await subject.store.commit({ ...put(0, node('white'), node('blue')), tokens: [use] });
    await subject.store.commit({ ...put(1), deletes: [bareId(node('blue'))] });
    expect(await subject.store.contents()).toEqual({
      revision: 2,
      resources: [node('white')],
      tokens: [use],
      history: [],
    });
  });

  it('accepts contents when it is empty, at a revision above theirs, and continues from there', async () => {
    const contents = {
      revision: 41,
      resources: [node('white'), node('blue', 3)],
      tokens: [use],
      history: [],
    };
    expect(await subject.store.replace(contents, false)).toEqual({ outcome: 'replaced', revision: 42 });
    const { resources, ...rest } = await subject.store.contents();
    expect(rest).toEqual({ revision: 42, tokens: [use], history: [] });
    expect(resources).toEqual(expect.arrayContaining([node('white'), node('blue', 3)]));
    expect(await subject.store.commit(put(42, node('red')))).toMatchObject({
      outcome: 'committed',
      revision: 43,
    });
  });

  it('is replaced only with mayReplace, by a commit that deletes the previous resources', async () => {
    await subject.store.commit({ ...put(0, node('white'), node('blue')), tokens: [use] });
    const contents = { revision: 0, resources: [node('blue', 9), node('red')], tokens: [], history: [] };
    expect(await subject.store.replace(contents, false)).toEqual({ outcome: 'occupied', resources: 2 });
    expect(await subject.since(1)).toEqual([]);
    expect(await subject.store.replace(contents, true)).toEqual({ outcome: 'replaced', revision: 2 });
    expect(await subject.store.tokenContent(use, 5000)).toBeUndefined();
    const changes = await subject.since(1);
    expect(changes).toHaveLength(3);
    expect(changes).toEqual(
      expect.arrayContaining([
        { revision: 2, id: bareId(node('white')), resource: undefined },
        { revision: 2, id: bareId(node('blue')), resource: node('blue', 9) },
        { revision: 2, id: bareId(node('red')), resource: node('red') },
      ]),
    );
  });

  it('handles contents larger than one batch', async () => {
    const resources = Array.from({ length: 2500 }, (_, index) => node(`n${index}`));
    const tokens = resources.map(({ name }) => ({ ...use, token: name }));
    await subject.store.replace({ revision: 0, resources, tokens, history: [] }, false);
    const contents = await subject.store.contents();
    expect(contents.resources).toHaveLength(2500);
    expect(contents.tokens).toHaveLength(2500);
  });

  it('keeps its contents when it is closed and reopened', async () => {
    await subject.store.commit({ ...put(0, node('white')), tokens: [use] });
    await subject.store.commit(put(1, node('blue')));
    const before = await subject.since(0);
    await subject.reopen();
    expect(await subject.since(0)).toEqual(before);
    expect(await subject.store.tokenContent(use, 5000)).toBe('c');
    expect(await subject.store.commit(put(2, node('red')))).toMatchObject({ changes: [{ revision: 3 }] });
  });

  it('refuses calls after a close, and can be closed twice', async () => {
    await subject.store.close();
    await subject.store.close();
    await expect(subject.store.commit(put(0, node('white')))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await expect(subject.store.changesSince(0)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('can be probed without a change of its contents', async () => {
    await subject.store.commit({ ...put(0, node('white')), tokens: [use] });
    const [contents, changes] = [await subject.store.contents(), await subject.since(0)];
    await subject.store.probe();
    await subject.store.probe();
    expect(await subject.store.contents()).toEqual(contents);
    expect(await subject.since(0)).toEqual(changes);
    expect(await subject.store.commit(put(1, node('blue')))).toMatchObject({ revision: 2 });
  });
}
