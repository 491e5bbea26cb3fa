import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildConsole } from './build.mjs';

/** All files of the console together, compressed with gzip, in bytes. */
const BUDGET = 150_000;

let folder: string;
let built: Awaited<ReturnType<typeof buildConsole>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-console-'));
  built = await buildConsole(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('all files together are within the budget of 150 kB', () => {
  const total = built.files.reduce((sum, { gzip }) => sum + gzip, 0);
  expect(total).toBeGreaterThan(20_000);
  expect(total).toBeLessThanOrEqual(BUDGET);
});

test('the page has no inline script or style, and names only files that are there', async () => {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|\{\{/);
  expect(page.match(/<script[^>]*>[^<]/)).toBeNull();
  const assets = await readdir(join(folder, 'assets'));
  const named = [...page.matchAll(/assets\/([\w.-]+)/g)].map(([, name]) => name);
  expect(named).toHaveLength(4);
  expect(named.filter((name) => !assets.includes(name ?? ''))).toEqual([]);
});

test('nothing is loaded from elsewhere', async () => {
  const files = (await readdir(join(folder, 'assets'))).filter((name) => /\.(js|css)$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, 'assets', name), 'utf8')));
  const urls = texts.flatMap((text) => text.match(/https?:\/\/[a-z][\w.-]*\.[a-z]{2,}[^"'`)\s]*/gi) ?? []);
  // Names of XML's languages, not places to load from.
  expect(urls.filter((url) => !url.includes('www.w3.org'))).toEqual([]);
});

test('a second build leaves unchanged files alone', async () => {
  const before = await readdir(join(folder, 'assets'));
  await buildConsole(folder);
  expect(await readdir(join(folder, 'assets'))).toEqual(before);
});
