import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectPerTurn } from './collect-per-turn.ts';

test('items of one turn come together, the latest of each key; items that come meanwhile get a turn of their own', async () => {
  const flushed: (readonly [string, number])[][] = [];
  const collect = collectPerTurn<string, number>((items) => {
    flushed.push([...items]);
    if (flushed.length === 1) collect('c', 4);
  });
  collect('a', 1);
  collect('b', 2);
  collect('a', 3);
  expect(flushed).toEqual([]);
  await nextTurn();
  await nextTurn();
  expect(flushed).toEqual([
    [
      ['a', 3],
      ['b', 2],
    ],
    [['c', 4]],
  ]);
});
