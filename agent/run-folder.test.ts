import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { makeRunFolder } from './run-folder.ts';

test('a folder is removed although another process removes files of it at the same time', {
  timeout: 120_000,
}, async () => {
  for (let round = 0; round < 10; round += 1) {
    const folder = makeRunFolder(tmpdir());
    const names = Array.from({ length: 300 }, (_, index) => folder.file(`guard-${index}.1`));
    for (const name of names) writeFileSync(name, '');
    const other = spawn(
      'sh',
      ['-c', 'read -r go; for file in "$@"; do rm -f "$file"; done', 'sh', ...names],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    const ended = once(other, 'exit');
    other.stdin.end('go\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    folder.remove();
    expect(existsSync(folder.path)).toBe(false);
    await ended;
  }
});
