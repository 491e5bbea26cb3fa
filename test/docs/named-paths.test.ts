import { describe, expect, it, test } from 'vitest';
import { missingNames } from './named-paths.ts';
import { pages } from './pages.ts';

test.each(
  pages().map((page) => [page.path, page] as const),
)('%s names files, folders and headings that exist', (_, page) => {
  expect(missingNames(page)).toEqual([]);
});

describe('a name that does not exist is found', () => {
  const missing = (text: string) => missingNames({ path: 'docs/page.md', text });
  it.each([
    ['a file in code', 'in `agent/nothing.ts`', ['agent/nothing.ts']],
    ['a folder in code', 'in `cli/nowhere/`', ['cli/nowhere/']],
    ['a pattern without a match', '`docs/*.nothing`', ['docs/*.nothing']],
    ['a file in a block', '```\nimages/nothing.sh --name x\n```', ['images/nothing.sh']],
    ['a page that is linked', '[x](nothing.md)', ['nothing.md']],
    ['a heading that is linked', '[x](../README.md#nothing)', ['../README.md#nothing']],
    [
      'a source file by the end of its path',
      '`relay/nothing.ts`, `nothing.mjs`',
      ['relay/nothing.ts', 'nothing.mjs'],
    ],
  ])('%s', (_, text, found) => {
    expect(missing(text)).toEqual(found);
  });
});

test('a function that does not exist is found on a page for contributors', () => {
  const text = '`decideToUpdate` calls `decideNothingAtAll`';
  expect(missingNames({ path: 'docs/architecture.md', text })).toEqual(['decideNothingAtAll']);
  expect(missingNames({ path: 'docs/settings.md', text })).toEqual([]);
});

it.each([
  ['existing names', '`agent/main.ts`, `docs/*.md`, [x](../README.md#folders)'],
  ['paths of other places', '`/usr/lib/agent/x`, `apps/test/x`, `https://host/docs/x`, `node_modules/xds/x`'],
  ['source files by their ends', '`live-model.ts`, `pacing/coalesce-changes.ts`, `NAME.ts`, `.test.ts`'],
  ['links elsewhere', '[x](https://example.com/docs)'],
])('%s: nothing is found', (_, text) => {
  expect(missingNames({ path: 'docs/page.md', text })).toEqual([]);
});
