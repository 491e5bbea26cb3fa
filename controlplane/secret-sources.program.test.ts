import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { DOCUMENT } from './auth/testing/signed-requests.ts';
import { selfSigned } from './tls/testing/certificates.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-texts-'));
});
afterEach(() => rm(folder, { recursive: true }));

const TOKENS = `{"sha256":"${'a'.repeat(64)}","nodes":["mesh/m/virtualNode/*"]}`;

/** Starts a control plane with the text of each document in a variable. */
async function start(changed: Readonly<Record<string, string>> = {}) {
  const { cert, key } = await selfSigned();
  const env = {
    DAYBREAK_CREDENTIALS_JSON: JSON.stringify(DOCUMENT),
    DAYBREAK_TOKENS_JSONL: TOKENS,
    DAYBREAK_TLS_CERT_PEM: cert.replaceAll('\n', String.raw`\n`),
    DAYBREAK_TLS_KEY_PEM: key,
    ...changed,
  };
  return { cert, controlPlane: await startLocalControlPlane(['--data', join(folder, 'model')], { env }) };
}

test('a control plane whose secrets are in variables serves TLS, and requires signatures', async () => {
  const { cert, controlPlane } = await start();
  const request = get(`${controlPlane.api}/v20190125/meshes`, { ca: cert, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  expect(answer.resume().statusCode).toBe(403);
  await expect.poll(() => controlPlane.log()).toContain('"from":"DAYBREAK_CREDENTIALS_JSON"');
  expect(await controlPlane.stop()).toBe(0);
});

test.each([
  ['DAYBREAK_CREDENTIALS_JSON', 'SECRET', 'it is not valid JSON: line 1, column 1'],
  ['DAYBREAK_TOKENS_JSONL', 'SECRET', 'line 1: it is not a JSON object'],
  ['DAYBREAK_TLS_CERT_PEM', 'SECRET', 'has no certificate in PEM form'],
  ['DAYBREAK_TLS_KEY_PEM', 'SECRET', 'is not an unencrypted private key for'],
])('an error in %s names the variable and not its value', async (name, value, problem) => {
  const failure = await start({ [name]: value }).catch(String);
  expect(failure).toContain(`daybreak: ${name}`);
  expect(failure).toContain(problem);
  expect(failure).not.toContain('SECRET');
});
