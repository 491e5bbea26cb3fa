import { expect, test } from 'vitest';
import { shareUnchanged } from './snapshot.ts';
import { makeSnapshot } from './testing/resources.ts';
import { CLUSTER, LISTENER } from './types.ts';

const before = makeSnapshot({ [CLUSTER]: { a: '1', b: '1' }, [LISTENER]: { l: '1' } });

test('an equal snapshot is the one before', () => {
  expect(
    shareUnchanged(before, makeSnapshot({ [CLUSTER]: { a: '1', b: '1' }, [LISTENER]: { l: '1' } })),
  ).toBe(before);
});

test('what did not change is the very object from before, what changed is not', () => {
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
])('%j is another one', (types) => {
  expect(shareUnchanged(before, makeSnapshot(types))).not.toBe(before);
});
