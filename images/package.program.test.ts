import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { request } from '../test/lab/clients/http.ts';
import { installPackage } from './testing/install-package.ts';

// The npm package in an empty folder, with no other Node on PATH.

const SYSTEM = '/usr/bin:/bin';

let folder: string;
let daybreak: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-package-test-'));
  daybreak = await installPackage(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execa(daybreak, args, { reject: false, extendEnv: false, env: { PATH: SYSTEM, ...env }, stdin: 'ignore' });

test('the command runs with the Node that came along, and nothing else was installed', async () => {
  expect(await run(['--version'])).toMatchObject({ exitCode: 0, stdout: manifest.version });
  expect((await run(['--help'])).stdout).toContain('controlplane');
  expect((await run(['agent', '--help'])).stdout).toContain('Usage: daybreak agent');
  const packages = (await readdir(join(folder, 'installed/node_modules'))).filter(
    (name) => !name.startsWith('.'),
  );
  expect(packages).toEqual(['daybreak', `node-linux-${process.arch}`]);
});

test('the control plane serves the API until SIGTERM, which reaches it', async () => {
  const where = ['--data', join(folder, 'model'), '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const program = execa(daybreak, ['controlplane', ...where], {
    extendEnv: false,
    env: { PATH: SYSTEM },
    buffer: false,
    stderr: 'ignore',
  });
  const [ready] = await once(program.stdout, 'data', { signal: AbortSignal.timeout(120_000) });
  const { api } = JSON.parse(String(ready)) as { api: string };
  const put = await request(`${api}/v20190125/meshes`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"meshName":"apps"}',
  });
  expect(put.status).toBe(200);
  expect((await run(['get', 'mesh', '--endpoint', api])).stdout).toContain('apps');
  program.kill('SIGTERM');
  expect(await program).toMatchObject({ exitCode: 0 });
});

test('the agent lists what is wrong with its settings', async () => {
  const { exitCode, stderr } = await run(['agent']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('APPMESH_RESOURCE_ARN is not set');
});

test('the licences of the bundled packages come along', async () => {
  const home = join(folder, 'installed/node_modules/daybreak');
  const texts = await readFile(join(home, 'program/THIRD-PARTY-LICENSES.txt'), 'utf8');
  expect(texts).toContain(`fastify ${manifest.dependencies.fastify} (MIT)`);
  expect(texts).toMatch(/Copyright .* The Fastify/);
  expect(await readdir(home)).toEqual(
    expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md', 'docs']),
  );
});

test('without the package of Node, and without Node 24 on PATH, it says what is missing', async () => {
  await rm(join(folder, 'installed/node_modules', `node-linux-${process.arch}`));
  expect(await run(['--version'], { PATH: '/nonexistent:/bin' })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('Node 24 or later is needed'),
  });
  const path = `${join(process.execPath, '..')}:${SYSTEM}`;
  expect(await run(['--version'], { PATH: path })).toMatchObject({ exitCode: 0, stdout: manifest.version });
});
