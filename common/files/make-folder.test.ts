import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'daybreak-folder-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('makes the folder and its parents with the mode, and accepts one that exists', () => {
  const path = join(folder, 'a/b/c');
  makeFolder(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
  makeFolder(path);
  symlinkSync(path, join(folder, 'link'));
  makeFolder(join(folder, 'link'));
});

test('a folder below one that takes none is an error: the control plane never came back from --data /proc/x', () => {
  expect(() => makeFolder('/proc/x')).toThrow(/ENOENT.*\/proc\/x/);
  expect(() => makeFolder('/proc/x/y')).toThrow(/ENOENT.*\/proc\/x/);
});

test('a file in the way, and a link to nowhere, are errors', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolder(join(folder, 'file/x'))).toThrow(/ENOTDIR/);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
  expect(() => makeFolder(join(folder, 'link/x'))).toThrow(/ENOENT|EEXIST/);
});
