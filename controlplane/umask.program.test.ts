import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

test("a umask that takes the owner's own rights, as UMask=0177 of a unit, does not keep the control plane out of its folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-umask-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'model');
  const main = join(import.meta.dirname, '../cli/main.ts');
  const places = ['--data', data, '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const command = [process.execPath, main, 'controlplane', ...places];
  const program = spawn('sh', ['-c', 'umask 0177; exec "$@"', 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  await once(program.stdout, 'data');
  // Root could use a folder without any rights.
  expect((await stat(data)).mode & 0o777).toBe(0o700);
  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([0, null]);
});
