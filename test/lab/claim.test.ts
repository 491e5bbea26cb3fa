import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readClaim } from './claim.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-claims-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a claim that another lab released since the folder was listed is no claim: it failed the lab that listed them', () => {
  expect(readClaim(join(createFolder(), '2'))).toBeUndefined();
});

test('a claim whose write was cut is no claim', () => {
  const file = join(createFolder(), '3');
  writeFileSync(file, '');
  expect(readClaim(file)).toBeUndefined();
});

test('a claim that cannot be read is an error: its lab may be in use', () => {
  expect(() => readClaim(createFolder())).toThrow('EISDIR');
});
