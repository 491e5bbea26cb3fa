import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { installAtomically } from './install-atomically.mjs';
import type { Context } from '../context.mjs';

async function context(signal = new AbortController().signal): Promise<Context> {
  const root = await mkdtemp(join(tmpdir(), 'daybreak setup '));
  onTestFinished(() => rm(root, { recursive: true }));
  return {
    root,
    folder: join(root, '.daybreak'),
    progress: { step: (_, __, work) => work() },
    signal,
    env: {},
    settled: () => undefined,
  };
}

function job(shop: Context, text: string, present = false) {
  return {
    what: 'a tool',
    doing: 'making it',
    target: join(shop.root, 'tool'),
    present: () => Promise.resolve(present),
    async fill(folder: string) {
      await mkdir(join(folder, 'made'));
      await writeFile(join(folder, 'made/file'), text);
      return join(folder, 'made');
    },
  };
}

test('what is made takes the place of what was there, and nothing else remains', async () => {
  const shop = await context();
  await installAtomically(shop, job(shop, 'one'));
  await installAtomically(shop, job(shop, 'two'));
  expect(await readFile(join(shop.root, 'tool/file'), 'utf8')).toBe('two');
  expect(await readdir(shop.folder)).toEqual(['lock']);
});

test('what fails half way leaves what was there', async () => {
  const shop = await context();
  await installAtomically(shop, job(shop, 'one'));
  const failing = {
    ...job(shop, 'two'),
    fill: async (folder: string) => {
      await writeFile(join(folder, 'half'), '');
      throw new Error('no network');
    },
  };
  await expect(place(shop, failing)).rejects.toThrow('no network');
  expect(await readFile(join(shop.root, 'tool/file'), 'utf8')).toBe('one');
  expect(await readdir(shop.folder)).toEqual(['lock']);
});

test('the remains of a killed set-up do not block the next one', async () => {
  const shop = await context();
  await mkdir(join(shop.folder, 'part/made'), { recursive: true });
  await writeFile(join(shop.folder, 'part/made/half'), '');
  await installAtomically(shop, job(shop, 'one'));
  expect(await readdir(join(shop.root, 'tool'))).toEqual(['file']);
});

test('two at once take turns, and the second finds it done', async () => {
  const shop = await context();
  let made = 0;
  const once = {
    ...job(shop, 'one'),
    present: () => Promise.resolve(made > 0),
    fill: async (folder: string) => {
      const path = await job(shop, 'one').fill(folder);
      made += 1;
      return path;
    },
  };
  await Promise.all([place(shop, once), place(shop, once)]);
  expect(made).toBe(1);
});

test('an interruption ends the waiting for another set-up', async () => {
  const shop = await context();
  const interrupted = new AbortController();
  const first = job(shop, 'one');
  await installAtomically(shop, {
    ...first,
    async fill(folder) {
      const second = place({ ...shop, signal: interrupted.signal }, job(shop, 'two'));
      setTimeout(() => interrupted.abort(new Error('interrupted')), 50);
      await expect(second).rejects.toThrow('interrupted');
      return first.fill(folder);
    },
  });
  expect(await readFile(join(shop.root, 'tool/file'), 'utf8')).toBe('one');
});
