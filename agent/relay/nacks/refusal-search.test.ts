import { describe, expect, test } from 'vitest';
import { createRefusalSearch } from './refusal-search.ts';

const NAMES = Array.from({ length: 1000 }, (_, index) => `cluster-${index}`);

/** Runs a search to its end. Returns what it found, and the number of responses and of refused ones. */
function search(bad: readonly string[], message: string) {
  const run = createRefusalSearch();
  run.begin(NAMES, message);
  const found: string[] = [];
  let responses = 0;
  let refused = 0;
  for (;;) {
    const group = run.next(() => true);
    found.push(...run.found());
    if (group === undefined) break;
    responses += 1;
    const isRefused = group.some((name) => bad.includes(name));
    if (isRefused) refused += 1;
    expect(run.answered(new Set(group), isRefused ? message : undefined)).toBe(true);
  }
  expect(run.isOver()).toBe(true);
  return { found: found.toSorted(), responses, refused };
}

describe('of a thousand resources', () => {
  test('one that the message names is found by one response with all others', () => {
    const bad = ['cluster-500'];
    expect(search(bad, `cluster(s) ${bad[0]}: wrong`)).toMatchObject({ found: bad, refused: 0 });
  });

  test('one that the message does not name is found by halves', () => {
    const { found, responses } = search(['cluster-500'], 'wrong');
    expect(found).toEqual(['cluster-500']);
    expect(responses).toBeLessThan(20);
  });

  test('several, and a message that names only some', () => {
    const bad = ['cluster-1', 'cluster-77', 'cluster-999'];
    expect(search(bad, 'cluster-1: wrong').found).toEqual(bad);
  });
});

test('a resource that changed meanwhile is not looked for, and proves nothing about the others', () => {
  const run = createRefusalSearch();
  run.begin(['a', 'b'], '');
  expect(run.next((name) => name !== 'a')).toEqual(['b']);
  run.answered(new Set(['b']), undefined);
  expect(run.next(() => true)).toBeUndefined();
  expect(run.found()).toEqual([]);
});

test('the answer to another response is not the answer to a group', () => {
  const run = createRefusalSearch();
  run.begin(['a', 'b'], '');
  run.next(() => true);
  expect(run.answered(new Set(['c']), undefined)).toBe(false);
  expect(run.isOver()).toBe(false);
  run.stop();
  expect(run.isOver()).toBe(true);
});

test('a resource that is removed while its group waits for an answer does not hold up the search', () => {
  const run = createRefusalSearch();
  run.begin(['a', 'b', 'c', 'd'], '');
  expect(run.next(() => true)).toEqual(['a', 'b']);
  const isServed = (name: string) => name !== 'a';
  // Envoy's answer to the removal.
  expect(run.answered(new Set(), undefined)).toBe(false);
  expect(run.next(isServed)).toEqual(['b']);
  expect(run.answered(new Set(['b']), undefined)).toBe(true);
  expect(run.next(isServed)).toEqual(['c', 'd']);
});

test('a group whose only resource is removed ends with it', () => {
  const run = createRefusalSearch();
  run.begin(['a', 'b'], '');
  expect(run.next(() => true)).toEqual(['a']);
  expect(run.next((name) => name !== 'a')).toEqual(['b']);
  run.answered(new Set(['b']), undefined);
  expect(run.next((name) => name !== 'a')).toBeUndefined();
  expect(run.isOver()).toBe(true);
});
