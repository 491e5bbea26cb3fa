import { expect, test } from 'vitest';
import { shareUnchanged } from './snapshot.ts';
import { makeSnapshot } from './testing/resources.ts';
import { CLUSTER, LISTENER } from './types.ts';

const before = makeSnapshot({ [CLUSTER]: { a: '1', b: '1' }, [LISTENER]: { l: '1' } });

test('returns the previous snapshot if the next one is equal', () => {
  expect(
    shareUnchanged(before, makeSnapshot({ [CLUSTER]: { a: '1', b: '1' }, [LISTENER]: { l: '1' } })),
  ).toBe(before);
});

test('reuses the object of an unchanged type, and not that of a changed one', () => {
  const next = shareUnchanged(
    before,
    makeSnapshot({ [CLUSTER]: { a: '1', b: '2' }, [LISTENER]: { l: '1' } }),
  );
  expect(next.get(LISTENER)).toBe(before.get(LISTENER));
  expect(next.get(CLUSTER)).not.toBe(before.get(CLUSTER));
});

test.each([
  [{ [CLUSTER]: { a: '1' }, [LISTENER]: { l: '1' } }],
  [{ [CLUSTER]: { a: '1', b: '1', c: '1' }, [LISTENER]: { l: '1' } }],
  [{ [CLUSTER]: { a: '1', c: '1' }, [LISTENER]: { l: '1' } }],
  [{ [CLUSTER]: { a: '1', b: '1' } }],
])('%j is a different snapshot', (types) => {
  expect(shareUnchanged(before, makeSnapshot(types))).not.toBe(before);
});
