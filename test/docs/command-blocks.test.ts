import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf } from '../docker/testing/blocks.ts';
import { COMMAND_BLOCKS, PROGRAMS, USAGE } from './command-blocks.ts';
import { pages, ROOT } from './pages.ts';

// Each block of commands has a test that runs it, or a reason why none does. A block of another form, such as an output, is not one.

function beginnings(path: string): readonly string[] {
  return blocksOf(path)
    .map(([line = '']) => line)
    .filter((line) => PROGRAMS.test(line) && !USAGE.test(line));
}

test.each(
  pages()
    .map(({ path }) => path)
    .filter((path) => path !== 'docs/migrate.md'),
)('each block of commands on %s is in the list', (path) => {
  const listed = Object.keys(COMMAND_BLOCKS[path] ?? {});
  const found = beginnings(path);
  expect(found.filter((line) => !listed.some((start) => line.startsWith(start)))).toEqual([]);
  expect(listed.filter((start) => !found.some((line) => line.startsWith(start)))).toEqual([]);
});

test.each([
  ...new Set(Object.values(COMMAND_BLOCKS).flatMap((blocks) => Object.values(blocks))),
])('%s exists, or is a reason', (by) => {
  expect(by.startsWith('why not: ') || existsSync(join(ROOT, by))).toBe(true);
});
