import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startMoto, type Moto } from '../../discovery/testing/moto.ts';
import { sealWith } from './seal.ts';
import { sealWithKms } from './seal-kms.ts';

const REGION = 'us-east-1';
const PLAIN = new Uint8Array([1, 2, 3]);
let moto: Moto;
let arn: string;
const at = (key: string, endpoint = moto.endpoint) => sealWithKms({ arn: key, region: REGION, endpoint });

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  moto = await startMoto();
  const client = new KMSClient({ region: REGION, endpoint: moto.endpoint });
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  arn = KeyMetadata?.Arn ?? '';
  await client.send(new CreateAliasCommand({ AliasName: 'alias/mesh', TargetKeyId: arn }));
  client.destroy();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await moto?.stop();
});

test('seals and opens by a key of AWS KMS, for one purpose', async () => {
  const sealed = await at(arn).seal(PLAIN, 'p');
  expect(sealed).toMatch(/^kms\.\.[\w-]+$/);
  expect(await at(arn).open(sealed, 'p')).toEqual(PLAIN);
  await expect(at(arn).open(sealed, 'q')).rejects.toMatchObject({ code: 'AUTHORITY_DAMAGED' });
});

test('names the key if KMS does not take it, does not answer, or another key sealed the text', async () => {
  const sealed = await at(arn).seal(PLAIN, 'p');
  const none = arn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
  await expect(at(none).seal(PLAIN, 'p')).rejects.toThrow(
    `--ca-key="kms:${none}": AWS KMS does not encrypt: `,
  );
  await expect(at(arn, 'http://127.0.0.1:1').open(sealed, 'p')).rejects.toMatchObject({
    code: 'CA_KEY_UNUSABLE',
  });
  const local = await sealWith(Buffer.alloc(32, 1));
  await expect(at(arn).open(await local.seal(PLAIN, 'p'), 'p')).rejects.toThrow(
    /were sealed with key [0-9a-f]{16}, and not by AWS KMS/,
  );
  await expect(local.open(sealed, 'p')).rejects.toThrow('were sealed with key kms');
});
