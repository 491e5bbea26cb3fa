import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startMoto, type Moto } from '../../controlplane/discovery/testing/moto.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';
import { startTestAgent } from './testing/test-agent.ts';

// An authority whose keys AWS KMS seals.

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 's' };
const A = 'mesh/m/virtualNode/a';
let moto: Moto;
let plane: IdentityPlane;
let flags: readonly string[];
let env: Readonly<Record<string, string>>;
let arn: string;

beforeAll(async () => {
  moto = await startMoto();
  for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
  const client = new KMSClient({ region: 'us-east-1', endpoint: moto.endpoint });
  arn = (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  client.destroy();
  flags = [`--ca-key=kms:${arn}`];
  env = { AWS_ENDPOINT_URL_KMS: moto.endpoint };
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', moto.endpoint);
  plane = await startIdentityPlane(flags);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await plane?.remove();
  await moto?.stop();
});

test('the authority opens again after a restart, rotates, and names the key; without KMS it does not start', async () => {
  expect(await plane.call('GET', '/daybreak/v1/identity')).toMatchObject({ sealedBy: arn });
  const agent = await startTestAgent(plane, { node: A, token: await plane.joinToken('a'), file: 'a' });
  await expect.poll(agent.isConnected).toBe(true);
  agent.close();
  await plane.restart(flags, env);
  const again = await startTestAgent(plane, { node: A, token: 'used-up', file: 'a' });
  await expect.poll(again.isConnected).toBe(true);
  await plane.call('POST', '/daybreak/v1/identity/rotate', { what: 'root' });
  await expect.poll(() => again.identity.current()?.roots.match(/BEGIN/g)?.length).toBe(2);
  again.close();

  await expect(plane.restart(flags, { AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:1' })).rejects.toThrow(
    /AWS KMS does not decrypt: .*\(CA_KEY_UNUSABLE\)/,
  );
  await expect(plane.restart(['--ca-key=kms:alias/x'])).rejects.toThrow(
    /--ca-key="kms:alias\/x": a file, or kms: and the ARN of a key/,
  );
  await plane.restart(flags, env);
});
