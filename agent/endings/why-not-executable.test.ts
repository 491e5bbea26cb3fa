import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { whyNotExecutable } from './why-not-executable.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-binary-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function program(content: string | Buffer, mode = 0o755): string {
  const path = join(folder, 'envoy');
  writeFileSync(path, content, { mode });
  return path;
}

/** The beginning of a program with a loader, for the processor of that number. */
function elf(machine: number, loader: string): Buffer {
  const head = Buffer.alloc(256);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(3, 64);
  head.writeBigUInt64LE(128n, 72);
  head.writeBigUInt64LE(BigInt(loader.length + 1), 96);
  head.write(`${loader}\0`, 128);
  return head;
}

test.each<[string, () => string, RegExp | undefined]>([
  ['a file that does not exist', () => join(folder, 'none'), /none: ENOENT$/],
  ['a file without the right to execute', () => program('#!/bin/sh\n', 0o644), /envoy: EACCES$/],
  ['an empty file', () => program(''), /envoy is empty$/],
  ['a text', () => program('envoy'), /envoy is not a program$/],
  [
    'a script without its interpreter',
    () => program('#! /no/such -x\n'),
    /needs \/no\/such, which does not exist$/,
  ],
  ['a script', () => program('#!/bin/sh\n'), undefined],
  [
    'a program for another processor',
    () => program(elf(183, '/')),
    /is for aarch64, and this machine is x86_64$/,
  ],
  [
    'a program without its loader',
    () => program(elf(62, '/lib/no-such')),
    /needs the loader \/lib\/no-such, which/,
  ],
  ['a program with its loader', () => program(elf(62, '/')), undefined],
  ['the beginning of a program', () => program(elf(62, '/').subarray(0, 30)), /envoy is truncated$/],
])('%s', (_, path, why) => {
  const said = whyNotExecutable(path(), 'x64');
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(why);
});

test('this program can be executed', () => {
  expect(whyNotExecutable(process.execPath)).toBeUndefined();
});
