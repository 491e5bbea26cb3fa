import { describe, expect, it } from 'vitest';
import { amended, amendmentsFor, areAmendments } from './amendments.ts';

describe('amendments', () => {
  it.each([
    ['nothing', { a: [1] }, { a: [1] }, 0],
    ['a member that is missing', { a: { b: 1, c: [] } }, { a: { b: 1 } }, 1],
    ['a part of a list', { a: [{ b: 1 }, { c: 2 }] }, { a: [{ b: 1 }, {}] }, 1],
    ['a list that is shorter', { a: [1, 2] }, { a: [1] }, 1],
    ['a whole value', 'a', undefined, 1],
    ['a member that is too much', { a: 1 }, { a: 1, b: 2 }, 1],
    [
      'keys and values in another order are the same',
      [
        { key: 'a', value: 1 },
        { key: 'b', value: 2 },
      ],
      [
        { key: 'b', value: 2 },
        { key: 'a', value: 1 },
      ],
      0,
    ],
  ])('put in %s', (_name, wanted, had, count) => {
    const amendments = amendmentsFor(wanted, had);
    expect(amendments).toHaveLength(count);
    if (count > 0) expect(amended(had, amendments)).toEqual(wanted);
  });

  it('for missing members are ignored', () => {
    expect(amended({ a: [] }, [{ path: ['a', 3, 'b'], value: 1 }])).toEqual({ a: [] });
    expect(amended({}, [{ path: ['a', 'b'], value: 1 }])).toEqual({ a: { b: 1 } });
  });

  it('are told from other values', () => {
    expect(areAmendments([{ path: ['a'], value: null }])).toBe(true);
    for (const value of [undefined, {}, [1], [{ path: 'a', value: 1 }], [{ path: ['a'] }]]) {
      expect(areAmendments(value)).toBe(false);
    }
  });
});
