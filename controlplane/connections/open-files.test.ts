import { expect, test } from 'vitest';
import { limitIn, openFileLimit } from './open-files.ts';

const LIMITS = (
  files: string,
): string => `Limit                     Soft Limit           Hard Limit           Units
Max processes             127204               127204               processes
Max open files            ${files}
Max locked memory         8388608              8388608              bytes
`;

test.each([
  ['300                  400                  files', 300],
  ['1048576              1048576              files', 1_048_576],
  ['unlimited            unlimited            files', undefined],
])('%s', (files, limit) => {
  expect(limitIn(LIMITS(files))).toBe(limit);
});

test('a text that is not such a list has no limit', () => {
  expect(limitIn('')).toBeUndefined();
});

test('this process has a limit', () => {
  expect(openFileLimit()).toBeGreaterThan(20);
});
