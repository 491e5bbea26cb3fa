import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { request } from '../test/lab/clients/http.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';

let folder: string;
let controlPlane: LocalControlPlane;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-guarded-'));
  controlPlane = await startLocalControlPlane(['--data', join(folder, 'model')]);
});
afterEach(async () => {
  await controlPlane.kill();
  await rm(folder, { recursive: true });
});

test('core files of a control plane contain no memory, and SIGUSR1 has no effect', async () => {
  expect(await readFile(`/proc/${controlPlane.pid}/coredump_filter`, 'utf8')).toBe('00000000\n');
  process.kill(controlPlane.pid, 'SIGUSR1');
  expect((await request(`${controlPlane.api}/healthz`)).status).toBe(200);
  expect(await controlPlane.stop()).toBe(0);
});
