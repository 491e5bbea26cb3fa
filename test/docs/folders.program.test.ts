import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cells, page, ROOT, section } from './pages.ts';

// The tables of folders and pages against the checkout.

/** Folders below another that need no row: support of tests. */
const UNLISTED = ['testing', 'testdata'];
/** Folders and files of tools that the README does not describe. */
const TOOLS = ['node_modules', 'dist', 'coverage'];

const README = section(page('README.md'), '## Folders').join('\n');
const AGENT = section(page('docs/architecture.md'), "## The agent's folders");

function foldersOf(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !UNLISTED.includes(name) && !TOOLS.includes(name));
}

test('every top-level folder has a row in the README', () => {
  expect(foldersOf('.').filter((name) => !README.includes(`| \`${name}/\` |`))).toEqual([]);
});

test.each([
  'agent',
  'controlplane',
  'proxyinit',
])('every folder of %s/ is in its row of the README', (folder) => {
  const row = README.split('\n').find((line) => line.startsWith(`| \`${folder}/\` |`)) ?? '';
  expect(foldersOf(folder).filter((name) => !row.includes(`\`${name}/\``))).toEqual([]);
});

test("the architecture's table of the agent's folders has each of them, and no other", () => {
  const listed = AGENT.flatMap((line) => [...(cells(line)[0] ?? '').matchAll(/`([^`/]+)\/`/g)]).map(
    ([, name = '']) => name,
  );
  expect(listed.toSorted()).toEqual(foldersOf('agent').toSorted());
});

test('the README links every page of docs/', () => {
  const { text } = page('README.md');
  const names = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  expect(names.filter((name) => !text.includes(`(docs/${name})`))).toEqual([]);
});
