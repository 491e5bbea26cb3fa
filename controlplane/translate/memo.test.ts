import { expect, test } from 'vitest';
import { createMemo } from './memo.ts';
import { collectProblems, unreported } from './problems.ts';

test('a result with the same owner, key and parts is computed once', () => {
  const memo = createMemo<object>();
  const [owner, other, part] = [{}, {}, {}];
  const make = (from: object, key: string, parts?: readonly unknown[]) =>
    memo(from, key, unreported, () => ({}), parts);
  const first = make(owner, 'a', [part, 'text']);
  expect(make(owner, 'a', [part, 'text'])).toBe(first);
  expect(make(owner, 'b', [part, 'text'])).not.toBe(first);
  expect(make(other, 'a', [part, 'text'])).not.toBe(first);
  expect(make(owner, 'a', [{ ...part }, 'text'])).not.toBe(first);
});

test('only the result of the newest parts is kept per key', () => {
  const memo = createMemo<object>();
  const owner = {};
  const make = (parts: readonly unknown[]) => memo(owner, '', unreported, () => ({}), parts);
  const first = make(['old']);
  make(['new']);
  expect(make(['old'])).not.toBe(first);
  expect(make(['old', 'more'])).not.toBe(make(['old']));
});

test('problems are reported on every lookup', () => {
  const memo = createMemo<string>();
  const owner = {};
  for (let time = 0; time < 2; time += 1) {
    const { report, list } = collectProblems();
    memo(owner, '', report, (found) => {
      found('here', 'broken');
      return '';
    });
    expect(list()).toEqual([{ where: 'here', what: 'broken' }]);
  }
});
