import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JWT_ALGORITHM, tokenTags } from '../../../../common/contracts/attestation/web-identity.ts';
import { Model } from '../../../mesh/model.ts';
import type { LiveModel } from '../../../mesh/live-model.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../../../mesh/testing/resources.ts';
import { startTokenSts, type TokenSts } from '../../testing/token-sts.ts';
import type { Attempt, Prover } from '../attempt.ts';
import { awsJwtProver } from './aws-jwt.ts';
import { Refused } from '../refused.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/web-task`;
const PROXY = { kind: 'virtualNode', owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'a' } as const;

let sts: TokenSts;
let prover: Prover;
beforeAll(async () => {
  sts = await startTokenSts(ROLE);
});
afterAll(() => sts?.close());
beforeEach(() => {
  sts.claims = (claims) => claims;
  sts.keys = sts.list;
  prover = proverAt(() => Date.now());
});

function proverAt(now: () => number): Prover {
  const spec = {
    proxy: { virtualNode: { virtualNodeName: 'a' } },
    principals: [{ awsRole: { roleArn: ROLE } }],
  };
  const model = modelFromInputs([{ meshName: 'm', nodeIdentityName: 'a', spec }]);
  return awsJwtProver(
    { live: { model } as LiveModel, policies: undefined },
    new Map([[ACCOUNT, sts.url]]),
    now,
    now,
  );
}

function newAttempt(): Attempt {
  return {
    hello: {
      nodeId: 'mesh/m/virtualNode/a',
      signingRequest: randomBytes(64),
      methods: ['aws jwt'],
      agentVersion: '0',
      confirms: true,
    },
    proxy: PROXY,
    spiffeId: '',
    challenge: {
      method: 'aws jwt',
      nonce: randomBytes(32),
      audience: 'apps.example',
      stsHost: '',
      stsRegion: '',
    },
    address: '127.0.0.1',
    certificateNames: [],
    certificateSerial: undefined,
    foreignNames: { uris: [], dns: [] },
  };
}

/** Gets a token for an attempt, as its agent would. */
async function tokenFor({ hello, challenge }: Attempt, audience = challenge.audience): Promise<string> {
  const tags = tokenTags({
    nonce: Buffer.from(challenge.nonce).toString('hex'),
    csr: createHash('sha256').update(hello.signingRequest).digest('hex'),
    nodeId: hello.nodeId,
  });
  const tagged = Object.entries(tags).flatMap(([key, value], index) => [
    [`Tags.member.${index + 1}.Key`, key],
    [`Tags.member.${index + 1}.Value`, value],
  ]);
  const body = new URLSearchParams([
    ['Audience.member.1', audience],
    ['DurationSeconds', '120'],
    ['SigningAlgorithm', JWT_ALGORITHM],
    ...(tagged as [string, string][]),
  ]);
  const answer = await (await fetch(sts.url, { method: 'POST', body })).text();
  return /<WebIdentityToken>([^<]+)</.exec(answer)?.[1] ?? '';
}

async function verify(change: (token: string) => string = (token) => token) {
  const attempt = newAttempt();
  return prover
    .verify(attempt, { method: 'aws jwt', token: change(await tokenFor(attempt)) })
    .catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      throw new Error(`${error.refusal.code}: ${error.message}`);
    });
}

it('takes a token of the issuer of the account for a bound role', async () => {
  expect(await verify()).toMatchObject({ principal: ROLE, proof: { method: 'aws jwt', principalArn: ROLE } });
});

it('offers itself only if there is an issuer', () => {
  const offered = {
    certificateNames: [],
    certificateSerial: undefined,
    foreignNames: { uris: [], dns: [] },
    spiffeId: '',
    methods: [],
  };
  expect(prover.offers(offered)).toBe(true);
  const binding = { live: { model: new Model() } as LiveModel, policies: undefined };
  expect(awsJwtProver(binding, new Map()).offers(offered)).toBe(false);
});

describe('a token is of no use', () => {
  it.each<[string, string, (attempt: Attempt) => Attempt]>([
    [
      'on another stream',
      'nonce',
      (all) => ({ ...all, challenge: { ...all.challenge, nonce: randomBytes(32) } }),
    ],
    [
      'for another key',
      'csr',
      (all) => ({ ...all, hello: { ...all.hello, signingRequest: randomBytes(64) } }),
    ],
    [
      'for another node',
      'node',
      (all) => ({ ...all, hello: { ...all.hello, nodeId: 'mesh/m/virtualNode/b' } }),
    ],
  ])('%s', async (_, tag, other) => {
    const attempt = newAttempt();
    const token = await tokenFor(attempt);
    await expect(prover.verify(other(attempt), { method: 'aws jwt', token })).rejects.toThrow(
      `the tag daybreak-${tag} of the token is that of another attempt`,
    );
  });
  const now = Math.floor(Date.now() / 1000);
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['for another audience', { aud: 'other.example' }, /PROOF_REFUSED: the claim aud/],
    [
      'of another issuer',
      { iss: 'https://evil.example' },
      /"https:\/\/evil.example" is no issuer of --aws-jwt-issuers/,
    ],
    ['without an issuer', { iss: undefined }, /is no issuer/],
    [
      'for a role of another account',
      { sub: 'arn:aws:iam::999999999999:role/web-task' },
      /its issuer is that of 123456789012/,
    ],
    ['for a user', { sub: `arn:aws:iam::${ACCOUNT}:user/u` }, /which is no role/],
    ['without tags', { 'https://sts.amazonaws.com/': { aws_account: ACCOUNT } }, /the tag daybreak-nonce/],
    [
      'that ended six minutes ago',
      { iat: now - 400, exp: now - 360 },
      /CLOCK_SKEW: .*the time of this control plane/,
    ],
    ['of an hour ago', { iat: now - 3600, exp: now + 60 }, /CLOCK_SKEW/],
    ['that begins in an hour', { iat: now + 3600, nbf: now + 3600, exp: now + 7200 }, /CLOCK_SKEW/],
  ])('%s', async (_, claims, message) => {
    sts.claims = (all) => ({ ...all, ...claims });
    await expect(verify()).rejects.toThrow(message);
  });
  it.each<[string, (token: string) => string, RegExp]>([
    [
      'that was changed',
      (token) => `${token.slice(0, -8)}AAAAAAAA`,
      /the signature of the token is wrong|cannot be verified/,
    ],
    ['without a signature', (token) => `${token.split('.').slice(0, 2).join('.')}.`, /PROOF_REFUSED/],
    ['that names no algorithm', unsigned, /PROOF_REFUSED: the token cannot be verified/],
    ['that is malformed', () => 'x', /PROOF_REFUSED: the token is no JSON Web Token/],
  ])('%s', async (_, change, message) => {
    await expect(verify(change)).rejects.toThrow(message);
  });
});

function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  return `${header}.${token.split('.')[1]}.`;
}

describe('the keys of the issuer', () => {
  it('are read again for a token that names a new one, and for a name that is not listed once in 30 s at most', async () => {
    await verify();
    await sts.rotate(false);
    const before = sts.reads();
    for (let attempt = 0; attempt < 10; attempt += 1)
      await expect(verify()).rejects.toThrow(/PROOF_REFUSED: the issuer has no key of the name/);
    expect(sts.reads() - before).toBeLessThanOrEqual(1);
    await sts.rotate(true);
    prover = proverAt(() => Date.now());
    expect(await verify()).toMatchObject({ principal: ROLE });
  });
  it('are read once for many attempts, and a failure is not followed by another request for 5 s', async () => {
    const before = sts.reads();
    await Promise.all(Array.from({ length: 20 }, () => verify()));
    expect(sts.reads() - before).toBe(1);
    let now = Date.now();
    prover = proverAt(() => now);
    sts.keys = (response) => void response.writeHead(503).end();
    const failures = sts.reads();
    for (let attempt = 0; attempt < 10; attempt += 1) await expect(verify()).rejects.toThrow(/STS_AWAY/);
    expect(sts.reads() - failures).toBe(1);
    sts.keys = sts.list;
    now += 5000;
    expect(await verify()).toMatchObject({ principal: ROLE });
  });
  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    [
      'a redirect',
      (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      /STS_AWAY/,
    ],
    ['a megabyte', (response) => void response.writeHead(200).end(' '.repeat(2 ** 20)), /STS_AWAY/],
    ['no JSON', (response) => void response.writeHead(200).end('<x/>'), /PROOF_REFUSED|STS_AWAY/],
    [
      'no list',
      (response) => void response.writeHead(200).end('{}'),
      /PROOF_REFUSED: the list of keys of the issuer is malformed/,
    ],
    ['a failure', (response) => void response.writeHead(503).end(), /STS_AWAY/],
    ['a closed connection', (response) => void response.destroy(), /STS_AWAY/],
    ['no answer', () => undefined, /STS_AWAY/],
  ])('%s in their place gives no certificate', async (_, how, message) => {
    sts.keys = how;
    await expect(verify()).rejects.toThrow(message);
  });
});
