import { afterEach, expect, test, vi } from 'vitest';
import { spacedPerKey } from './spaced-per-key.ts';

afterEach(() => void vi.useRealTimers());

test('the first value of a key comes at once, and the latest of those after it together', () => {
  vi.useFakeTimers();
  const flushed: string[] = [];
  const take = spacedPerKey<string>((value) => flushed.push(value));
  take('a', 'a1');
  take('a', 'a2');
  take('b', 'b1');
  take('a', 'a3');
  expect(flushed).toEqual(['a1', 'b1']);
  vi.runAllTimers();
  expect(flushed).toEqual(['a1', 'b1', 'a3']);
  take('a', 'a4');
  expect(flushed.at(-1)).toBe('a4');
});

test('a value that comes while another one is flushed is not lost', () => {
  vi.useFakeTimers();
  const flushed: number[] = [];
  const take = spacedPerKey<number>((value) => {
    flushed.push(value);
    if (value < 3) take('a', value + 1);
  });
  take('a', 2);
  vi.runAllTimers();
  expect(flushed).toEqual([2, 3]);
});
