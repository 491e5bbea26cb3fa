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
  ])('%s', (_, text, found) => {
    expect(missing(text)).toEqual(found);
  });
});

it.each([
  ['existing names', '`agent/main.ts`, `docs/*.md`, [x](../README.md#folders)'],
  ['paths of other places', '`/usr/lib/agent/x`, `apps/test/x`, `https://host/docs/x`, `node_modules/xds/x`'],
  ['links elsewhere', '[x](https://example.com/docs)'],
])('%s: nothing is found', (_, text) => {
  expect(missingNames({ path: 'docs/page.md', text })).toEqual([]);
});
