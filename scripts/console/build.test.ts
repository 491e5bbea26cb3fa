import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_MODEL } from '../../controlplane/model/api-model.ts';
import { buildConsole } from './build.mjs';
import { scriptOf, shapesOfSpecs } from './spec-shapes.mjs';

/** All files of the console together, compressed with gzip, in bytes. */
const BUDGET = 150_000;
/** The part of it that the map needs, which a browser loads first. */
const FIRST_VIEW = 64_000;

let folder: string;
let built: Awaited<ReturnType<typeof buildConsole>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-console-'));
  built = await buildConsole(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const nameOf = (start: string): string => built.files.find(({ name }) => name.startsWith(start))?.name ?? '';

test('all files together are within the budget of 150 kB', () => {
  const total = built.files.reduce((sum, { gzip }) => sum + gzip, 0);
  expect(total).toBeGreaterThan(20_000);
  expect(total).toBeLessThanOrEqual(BUDGET);
});

test('the first view is less than half of it', () => {
  const names = ['index.html', 'app-', 'style-', 'layout-'];
  const imported = readFileSync(join(folder, 'assets', nameOf('app-')), 'utf8').matchAll(
    /from"\.\/([\w.-]+)"|import"\.\/([\w.-]+)"/g,
  );
  for (const [, a, b] of imported) names.push(a ?? b ?? '');
  const first = built.files.filter(({ name }) => names.some((each) => name.startsWith(each)));
  const total = first.reduce((sum, { gzip }) => sum + gzip, 0);
  expect(total).toBeGreaterThan(20_000);
  expect(total).toBeLessThanOrEqual(FIRST_VIEW);
});

test('the shapes of specifications are there for Terraform, without their limits', () => {
  const shapes = shapesOfSpecs(API_MODEL.shapes);
  expect(shapes['RouteSpec']?.members?.['httpRoute']).toEqual({ shape: 'HttpRoute' });
  expect(shapes['PortMapping']?.members?.['port']).toEqual({ shape: 'integer' });
  expect(shapes['integer']).toEqual({ type: 'integer' });
  expect(shapes['PortNumber']).toBeUndefined();
  expect(shapes['CreateRouteInput']?.members).toEqual({ spec: { shape: 'RouteSpec' } });
  expect(shapes['CreateMeshOutput']).toBeUndefined();
});

test('the script of the pages makes the same shapes again', async () => {
  const shapes = shapesOfSpecs(API_MODEL.shapes);
  const script = `data:text/javascript,${encodeURIComponent(scriptOf(shapes))}`;
  const made = (await import(script)) as { default: { shapes: unknown } };
  expect(made.default.shapes).toEqual(shapes);
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
