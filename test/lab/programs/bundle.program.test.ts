import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, afterAll, expect, test } from 'vitest';
import { bundle } from './bundle.ts';

const entry = join(import.meta.dirname, 'testing/program.ts');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-bundle-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the bundle runs without installed packages and loads only the parts that a subcommand needs', async () => {
  const { daybreak } = await bundle({ entry, folder });
  expect((await execa(process.execPath, [daybreak, 'rpc'])).stdout).toBe('white');
  const rpc = (await readdir(join(folder, 'parts'))).find((name) => name.startsWith('program-rpc'));
  await rm(join(folder, 'parts', rpc ?? ''));
  expect((await execa(process.execPath, [daybreak, 'plain'])).stdout).toBe('plain');
  expect((await stat(daybreak)).size).toBeLessThan(10_000);
  await bundle({ entry, folder });
  expect((await execa(process.execPath, [daybreak, 'rpc'])).stdout).toBe('white');
});

test('a second bundling leaves unchanged files alone and removes only old parts', async () => {
  const { daybreak } = await bundle({ entry, folder });
  const [recent, old] = ['recent.mjs', 'old.mjs'].map((name) => join(folder, 'parts', name));
  await writeFile(recent ?? '', '');
  await writeFile(old ?? '', '');
  await utimes(old ?? '', 0, 0);
  const before = await stat(daybreak);
  await bundle({ entry, folder });
  expect((await stat(daybreak)).ino).toBe(before.ino);
  expect(await readFile(recent ?? '', 'utf8')).toBe('');
  await expect(stat(old ?? '')).rejects.toThrow('ENOENT');
});

test('the bundled command signs with the AWS credentials of its environment, although their package is CommonJS', async () => {
  const { daybreak } = await bundle({ folder: join(folder, 'command') });
  const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' };
  const args = [daybreak, 'get', 'mesh', '--endpoint', 'http://127.0.0.1:1'];
  const { exitCode, stderr } = await execa(process.execPath, args, { env, reject: false });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('http://127.0.0.1:1');
  expect(stderr).not.toContain('is not a function');
});
