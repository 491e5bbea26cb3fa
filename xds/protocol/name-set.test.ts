import { expect, test } from 'vitest';
import { NameSet } from './name-set.ts';

test('names come in the order in which they were added, once each', () => {
  const names = new NameSet();
  for (const name of ['red', 'blue', 'red', 'white']) names.add(name);
  expect([...names]).toEqual(['red', 'blue', 'white']);
  expect(names.size).toBe(3);
});

test('a name that was deleted is there no more, and the last one leaves nothing', () => {
  const names = new NameSet();
  expect(names.delete('red')).toBe(false);
  names.add('red');
  names.add('blue');
  expect(names.delete('red')).toBe(true);
  expect([names.has('red'), names.has('blue')]).toEqual([false, true]);
  expect(names.delete('blue')).toBe(true);
  expect([names.size, ...names]).toEqual([0]);
});

test('names can be deleted while they are gone through', () => {
  const names = new NameSet();
  for (const name of ['red', 'blue', 'white']) names.add(name);
  for (const name of names) names.delete(name);
  expect(names.size).toBe(0);
});

test('what was cleared can be filled again', () => {
  const names = new NameSet();
  names.add('red');
  names.clear();
  expect(names.has('red')).toBe(false);
  names.add('blue');
  expect([...names]).toEqual(['blue']);
});
