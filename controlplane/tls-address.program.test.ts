import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { selfSigned } from './tls/testing/certificates.ts';

let folder: string;
let plane: LocalControlPlane | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-tls-address-'));
});
afterEach(async () => {
  await plane?.kill();
  await rm(folder, { recursive: true });
});

test('with TLS, the log has the URL of the API with https: it had http, which answers nothing', async () => {
  const { cert, key } = await selfSigned();
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 });
  const flags = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
  const started = await startLocalControlPlane(['--data', join(folder, 'model'), ...flags]);
  plane = started;
  expect(started.api).toMatch(/^https:/);
  await expect.poll(() => started.log()).toContain(`the API listens on ${started.api}`);
});
