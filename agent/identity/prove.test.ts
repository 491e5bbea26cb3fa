import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Challenge } from '../../common/contracts/attestation/messages.ts';
import { prove } from './prove.ts';

const HELLO = { nodeId: 'mesh/m/virtualNode/a', signingRequest: new Uint8Array([1]) };
const SETTINGS = { proofs: ['aws-iam', 'aws-jwt'] as const, joinToken: undefined };

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => vi.unstubAllEnvs());

const HOST = 'sts.eu-west-1.amazonaws.com';
const challenge = (
  method: Challenge['method'],
  stsHost = HOST,
  stsRegion = 'eu-west-1',
  audience = 'apps.example',
): Challenge => ({ method, nonce: new Uint8Array(32), audience, stsHost, stsRegion });

it.each([
  'sts.evil.example',
  'sts.eu-west-1.amazonaws.com.evil.example',
  'iam.eu-west-1.amazonaws.com',
  'sts.us-east-1.amazonaws.com',
  'sts.eu-west-1.amazonaws.com.cn',
  'sts.eu-west-1.amazonaws.eu',
  'sts.eu-west-1.amazonaws.com\r\nx',
])('signs nothing for the host %j, whatever the control plane says: the role could be shown elsewhere', async (host) => {
  for (const method of ['aws iam', 'aws jwt'] as const)
    await expect(prove(SETTINGS, challenge(method, host), HELLO)).rejects.toThrow(
      `${JSON.stringify(host)} is no host of AWS STS in eu-west-1`,
    );
});

it.each([
  ['sts.eu-west-1.amazonaws.com', 'eu-west-1'],
  ['sts.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['sts.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  // https://github.com/hashicorp/vault/issues/31727
  ['sts.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
])('signs for %s', async (host, region) => {
  expect(await prove(SETTINGS, challenge('aws iam', host, region), HELLO)).toMatchObject({
    method: 'aws iam',
    signature: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

it.each([
  ['join-token', 'aws iam'],
  ['join-token', 'aws jwt'],
  ['aws-iam', 'aws jwt'],
  ['x509', 'join token'],
] as const)('with %s alone, gives no proof by %s: a control plane that lies got one', async (proof, method) => {
  const settings = { proofs: [proof], joinToken: undefined };
  await expect(prove(settings, challenge(method), HELLO)).rejects.toThrow(
    `the control plane asks for a proof by ${method}, which DAYBREAK_IDENTITY does not have`,
  );
});

it('renews by its certificate with each setting', async () => {
  const settings = { proofs: ['aws-iam'] as const, joinToken: undefined };
  expect(await prove(settings, challenge('svid'), HELLO)).toEqual({ method: 'connection certificate' });
});

it.each([
  'api://AzureADTokenExchange',
  '//iam.googleapis.com/x',
  'https://vault.example',
  '',
])('gets no token for %j, which is no trust domain: a control plane that lies would use it elsewhere', async (audience) => {
  for (const method of ['aws iam', 'aws jwt'] as const)
    await expect(prove(SETTINGS, challenge(method, HOST, 'eu-west-1', audience), HELLO)).rejects.toThrow(
      `${JSON.stringify(audience)} is no trust domain`,
    );
});
