import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Challenge } from '../../common/contracts/attestation/messages.ts';
import { compileSettings } from '../../common/settings.ts';
import { readIdentity } from './identity-settings.ts';
import { prove } from './prove.ts';

const HELLO = { nodeId: 'mesh/m/virtualNode/a', signingRequest: new Uint8Array([1]) };
const SETTINGS = { proofs: ['aws-iam', 'aws-jwt'] as const, joinToken: undefined };

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

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

// Variables that a tool set for AWS's other programs.
const FIPS = { AWS_USE_FIPS_ENDPOINT: 'true' };
const IPV6 = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };

it.each([
  [FIPS, 'sts.eu-west-1.amazonaws.com'],
  [IPV6, 'sts.eu-west-1.amazonaws.com'],
  [{ ...FIPS, ...IPV6 }, 'sts-fips.eu-west-1.amazonaws.com'],
  [{}, 'sts-fips.eu-west-1.amazonaws.com'],
  [{}, 'sts.eu-west-1.api.aws'],
])('with %j, signs for the host that the control plane asks: %s', async (env, host) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const proof = await prove(SETTINGS, challenge('aws iam', host), HELLO);
  expect(proof).toMatchObject({ method: 'aws iam', signature: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

it.each([
  [{}, 'https://sts.eu-west-1.amazonaws.com/'],
  [{ AWS_USE_FIPS_ENDPOINT: 'false' }, 'https://sts.eu-west-1.amazonaws.com/'],
  [FIPS, 'https://sts-fips.eu-west-1.amazonaws.com/'],
  [IPV6, 'https://sts.eu-west-1.api.aws/'],
  [{ ...FIPS, ...IPV6 }, 'https://sts-fips.eu-west-1.api.aws/'],
  [{ ...IPV6, AWS_ENDPOINT_URL_STS: 'https://vpce.example' }, 'https://vpce.example/'],
])('with %j, gets its token from %s: an agent in a network without IPv4 got none', async (env, wanted) => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(url.href);
    return new Response('<WebIdentityToken>a.b.c</WebIdentityToken>');
  });
  const settings = compileSettings({ DAYBREAK_IDENTITY: 'aws-jwt', ...env }, (read) => ({
    identity: readIdentity(read),
  }));
  const { identity = SETTINGS } = settings;
  expect(await prove(identity, challenge('aws jwt'), HELLO)).toEqual({ method: 'aws jwt', token: 'a.b.c' });
  expect(asked).toEqual([wanted]);
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
