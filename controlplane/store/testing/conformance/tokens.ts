import { expect, it } from 'vitest';
import { TOKEN_LIFETIME } from '../../store.ts';
import { node, put, use, type Subject } from './fixture.ts';

/** Tests how long client tokens are kept, and with which content. */
export function tokenCases(subject: Subject): void {
  it('keeps a token with the change for its lifetime', async () => {
    await subject.store.commit({ ...put(0, node('white')), tokens: [use] });
    expect(await subject.store.tokenContent(use, 5000)).toBe('c');
    expect(await subject.store.tokenContent(use, 5000 + TOKEN_LIFETIME - 1)).toBe('c');
    expect(await subject.store.tokenContent(use, 5000 + TOKEN_LIFETIME)).toBeUndefined();
    expect(await subject.store.tokenContent({ ...use, operation: 'CreateRoute' }, 5000)).toBeUndefined();
    expect(await subject.store.tokenContent({ ...use, account: '2' }, 5000)).toBeUndefined();
  });

  it('writes nothing with a used token, and accepts the token again after its lifetime', async () => {
    await subject.store.commit({ ...put(0, node('white')), tokens: [use] });
    expect(
      await subject.store.commit({ ...put(1, node('blue')), tokens: [{ ...use, content: 'other' }] }),
    ).toEqual({
      outcome: 'stale',
    });
    const later = { ...use, content: 'other', at: 5000 + TOKEN_LIFETIME };
    expect(await subject.store.commit({ ...put(1, node('blue')), tokens: [later] })).toMatchObject({
      outcome: 'committed',
    });
    expect(await subject.store.tokenContent(use, later.at)).toBe('other');
  });

  it('does not keep the token of a stale write', async () => {
    await subject.store.commit({ ...put(7, node('white')), tokens: [use] });
    expect(await subject.store.tokenContent(use, 5000)).toBeUndefined();
  });

  it('keeps several tokens with one change atomically', async () => {
    const other = { ...use, token: 'other', content: 'o' };
    await subject.store.commit({ ...put(0, node('white')), tokens: [use, other] });
    expect(await subject.store.tokenContent(use, 5000)).toBe('c');
    expect(await subject.store.tokenContent(other, 5000)).toBe('o');
    const third = { ...use, token: 'third' };
    expect(await subject.store.commit({ ...put(1, node('blue')), tokens: [third, other] })).toEqual({
      outcome: 'stale',
    });
    expect(await subject.store.tokenContent(third, 5000)).toBeUndefined();
  });

  it('keeps a token without a change, which takes no revision', async () => {
    await subject.store.commit(put(0, node('white')));
    expect(await subject.store.commit({ ...put(1), tokens: [use] })).toEqual({
      outcome: 'committed',
      revision: 1,
      changes: [],
    });
    expect(await subject.store.tokenContent(use, 5000)).toBe('c');
    expect(await subject.store.commit({ ...put(1), tokens: [use] })).toEqual({ outcome: 'stale' });
    expect(await subject.store.commit({ ...put(7), tokens: [{ ...use, token: 'u' }] })).toEqual({
      outcome: 'stale',
    });
    expect(await subject.store.commit(put(1, node('blue')))).toMatchObject({
      outcome: 'committed',
      revision: 2,
    });
  });
  it('accepts one of several concurrent uses of a token, without a change, and in a mesh without resources', async () => {
    const write = { ...put(0), mesh: { owner: '', mesh: 'challenges' }, tokens: [use] };
    const all = await Promise.all(Array.from({ length: 20 }, () => subject.store.commit(write)));
    expect(all.filter(({ outcome }) => outcome === 'committed')).toHaveLength(1);
    await subject.reopen();
    expect(await subject.store.commit(write)).toEqual({ outcome: 'stale' });
  });
}
