import { expect, test } from 'vitest';
import { NameSet } from './name-set.ts';

test('iterates over names in insertion order, once each', () => {
  const names = new NameSet();
  for (const name of ['red', 'blue', 'red', 'white']) names.add(name);
  expect([...names]).toEqual(['red', 'blue', 'white']);
  expect(names.size).toBe(3);
});

test('a deleted name is not in the set, and deleting the last one empties the set', () => {
  const names = new NameSet();
  expect(names.delete('red')).toBe(false);
  names.add('red');
  names.add('blue');
  expect(names.delete('red')).toBe(true);
  expect([names.has('red'), names.has('blue')]).toEqual([false, true]);
  expect(names.delete('blue')).toBe(true);
  expect([names.size, ...names]).toEqual([0]);
});

test('names can be deleted during iteration', () => {
  const names = new NameSet();
  for (const name of ['red', 'blue', 'white']) names.add(name);
  for (const name of names) names.delete(name);
  expect(names.size).toBe(0);
});

test('a cleared set can be filled again', () => {
  const names = new NameSet();
  names.add('red');
  names.clear();
  expect(names.has('red')).toBe(false);
  names.add('blue');
  expect([...names]).toEqual(['blue']);
});
