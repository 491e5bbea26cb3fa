import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf, commandsInText } from '../../docker/testing/blocks.ts';
import { BLOCKS, IN_TEXT, NAMES, PAGE, PROGRAMS } from './migrate-page.ts';
import { ROOT } from '../pages.ts';

// Each command of docs/migrate.md has a test that runs it, or a reason why none does.

test('the list has each code block, in order', () => {
  const starts = blocksOf(PAGE).map(([line = '']) => line);
  expect(starts.length).toBe(BLOCKS.length);
  expect(starts.filter((line, index) => !line.startsWith(BLOCKS[index]?.[0] ?? 'none'))).toEqual([]);
});

test('the list has each command in the text', () => {
  const commands = new Set(commandsInText(PAGE, PROGRAMS));
  expect([...commands].toSorted()).toEqual([...Object.keys(IN_TEXT), ...NAMES].toSorted());
});

test.each([
  ...BLOCKS,
  ...Object.entries(IN_TEXT),
])('%s: the test that runs it reads it from the page, or there is a reason', (command, by) => {
  if (by.startsWith('why not: ')) return;
  const text = readFileSync(join(ROOT, by), 'utf8');
  const words = command.split(' ');
  const prefixes = words
    .map((_, index) => words.slice(0, index + 1).join(' '))
    .filter((each) => each.length > 5);
  expect(
    prefixes.filter((each) => text.includes(each) || text.includes(each.replace(' ', "', '"))),
  ).not.toEqual([]);
});
