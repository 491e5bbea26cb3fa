import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandsOf } from '../../docker/testing/blocks.ts';
import { startSecuredControlPlane, type SecuredControlPlane } from '../../testing/secured-control-plane.ts';

// The lines of docs/kubernetes.md for a certificate, as a reader runs them.

let folder: string;
let controlPlane: SecuredControlPlane;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-kubernetes-'));
  const lines = commandsOf('docs/kubernetes.md', '').filter((line) => /^(?:openssl|printf) /.test(line));
  for (const line of lines) await execa('sh', ['-ec', line], { cwd: folder });
  const tls = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
  controlPlane = await startSecuredControlPlane(...tls);
});
afterAll(async () => {
  await controlPlane?.stop();
  controlPlane?.remove();
  await rm(folder, { recursive: true });
});

test.each([
  'appmesh.us-west-2.amazonaws.com',
  'daybreak.appmesh-system.svc',
])('a client that trusts ca.pem reaches the API by the name %s', async (servername) => {
  const ca = await readFile(join(folder, 'ca.pem'));
  const { port } = new URL(controlPlane.endpoint);
  const options = { host: '127.0.0.1', port, path: '/v20190125/meshes', ca, servername };
  const outgoing = request({ ...options, headers: { host: servername } });
  outgoing.end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const [body] = (await once(answer, 'data')) as [Buffer];
  // It has no signature: the control plane answers as App Mesh does.
  expect(answer.statusCode).toBe(403);
  expect(body.toString()).toContain('Request is missing Authentication Token');
});
