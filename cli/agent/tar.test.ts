import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTar } from './tar.ts';

test('tar extracts the files with their contents and mode', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tar-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const contents = { 'b/empty': '', 'b/one': 'x', 'b/block': 'y'.repeat(512), 'b/more': 'é'.repeat(700) };
  const files = Object.entries(contents).map(([name, text]) => ({ name, content: Buffer.from(text) }));
  writeFileSync(join(folder, 'a.tar'), makeTar(files, new Date()));
  execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder });
  for (const [name, text] of Object.entries(contents)) {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  }
});
