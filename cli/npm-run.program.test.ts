import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { request } from '../test/lab/clients/http.ts';

test('SIGTERM to npm ends the control plane that it runs, as the README starts it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-npm-'));
  const where = ['--data', folder, '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const npm = execa('npm', ['run', '--silent', 'daybreak', '--', 'controlplane', ...where], {
    cwd: join(import.meta.dirname, '..'),
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stderr: 'ignore',
    forceKillAfterDelay: 60_000,
  });
  try {
    const [ready] = await once(npm.stdout, 'data', { signal: AbortSignal.timeout(120_000) });
    const { api } = JSON.parse(String(ready)) as { api: string };
    expect((await request(`${api}/readyz`)).status).toBe(200);
    npm.kill('SIGTERM');
    await npm;
    await expect
      .poll(() => request(`${api}/readyz`).then(String, (error: Error) => error.message))
      .toMatch(/ECONNREFUSED/);
  } finally {
    npm.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});
