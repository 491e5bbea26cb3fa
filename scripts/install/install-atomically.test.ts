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

function job(at: Context, text: string, present = false) {
  return {
    what: 'a tool',
    doing: 'making it',
    target: join(at.root, 'tool'),
    present: () => Promise.resolve(present),
    async fill(folder: string) {
      await mkdir(join(folder, 'made'));
      await writeFile(join(folder, 'made/file'), text);
      return join(folder, 'made');
    },
  };
}

test('a complete result replaces the earlier one, and nothing else remains', async () => {
  const at = await context();
  await installAtomically(at, job(at, 'one'));
  await installAtomically(at, job(at, 'two'));
  expect(await readFile(join(at.root, 'tool/file'), 'utf8')).toBe('two');
  expect(await readdir(at.folder)).toEqual(['lock']);
});

test('a failure half way leaves the earlier result', async () => {
  const at = await context();
  await installAtomically(at, job(at, 'one'));
  const failing = {
    ...job(at, 'two'),
    fill: async (folder: string) => {
      await writeFile(join(folder, 'half'), '');
      throw new Error('no network');
    },
  };
  await expect(installAtomically(at, failing)).rejects.toThrow('no network');
  expect(await readFile(join(at.root, 'tool/file'), 'utf8')).toBe('one');
  expect(await readdir(at.folder)).toEqual(['lock']);
});

test('the remains of a killed set-up do not block the next one', async () => {
  const at = await context();
  await mkdir(join(at.folder, 'part/made'), { recursive: true });
  await writeFile(join(at.folder, 'part/made/half'), '');
  await installAtomically(at, job(at, 'one'));
  expect(await readdir(join(at.root, 'tool'))).toEqual(['file']);
});

test('two at once take turns, and the second finds it done', async () => {
  const at = await context();
  let made = 0;
  const once = {
    ...job(at, 'one'),
    present: () => Promise.resolve(made > 0),
    fill: async (folder: string) => {
      const path = await job(at, 'one').fill(folder);
      made += 1;
      return path;
    },
  };
  await Promise.all([installAtomically(at, once), installAtomically(at, once)]);
  expect(made).toBe(1);
});

test('an interruption ends the waiting for another set-up', async () => {
  const at = await context();
  const interrupted = new AbortController();
  const first = job(at, 'one');
  await installAtomically(at, {
    ...first,
    async fill(folder) {
      const second = installAtomically({ ...at, signal: interrupted.signal }, job(at, 'two'));
      setTimeout(() => interrupted.abort(new Error('interrupted')), 50);
      await expect(second).rejects.toThrow('interrupted');
      return first.fill(folder);
    },
  });
  expect(await readFile(join(at.root, 'tool/file'), 'utf8')).toBe('one');
});
