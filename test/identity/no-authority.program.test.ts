import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attest } from '../../agent/identity/attest.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';
import { selfSigned } from '../../controlplane/tls/testing/certificates.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../lab/programs/local-control-plane.ts';

// Without `--trust-domain`, a control plane has nothing of the authority: no path, no method, no line in its log. The configuration of
// proxies is compared in controlplane/translate/tls/automatic.test.ts.

let folder: string;
let ca: string;
let plane: LocalControlPlane;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-no-authority-'));
  const { cert, key } = await selfSigned();
  ca = cert;
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 });
  plane = await startLocalControlPlane(
    ['--data', 'data', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem'].map((word) =>
      word.startsWith('--') ? word : join(folder, word),
    ),
    { env: { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') } },
  );
  await call('PUT', '/v20190125/meshes', { meshName: 'm' });
  await call('PUT', '/v20190125/meshes/m/virtualNodes', { virtualNodeName: 'a', spec: {} });
});
afterAll(async () => {
  await plane?.kill();
  await rm(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body: object = {}) {
  const url = `${plane.api}${path}`;
  const sent = request(url, { method, ca, servername: 'localhost', headers: { host: 'localhost' } });
  sent.end(method === 'GET' ? undefined : JSON.stringify(body));
  const [{ statusCode, headers }] = (await once(sent, 'response')) as [IncomingMessage];
  sent.destroy();
  return { status: statusCode, headers };
}

test.each([
  ['GET', '/daybreak/v1/identity'],
  ['POST', '/daybreak/v1/identity/rotate'],
  ['POST', '/daybreak/v1/identity/revoke'],
  ['PUT', '/daybreak/v1/meshes/m/joinTokens'],
  ['POST', '/daybreak/v1/login'],
])('%s %s is no operation', async (method, path) => {
  const { status, headers } = await call(method, path);
  expect([status, headers['x-amzn-errortype']]).toEqual([404, 'UnknownOperationException']);
});

test('no agent is attested, and the store has no authority', async () => {
  const { request: signingRequest } = await makeSigningRequest();
  const hello = {
    nodeId: 'mesh/m/virtualNode/a',
    signingRequest,
    methods: ['join token'] as const,
    agentVersion: '0',
  };
  const address = { host: 'localhost', port: Number(plane.ads.split(':')[1]) };
  await expect(
    attest(address, { ca }, hello, async () => ({ method: 'join token', token: 'x' })),
  ).rejects.toThrow(/^12 UNIMPLEMENTED/);
  expect(plane.log()).not.toMatch(/authority|certificate of|identity|spiffe|attest/i);
});
