import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { attest } from '../../agent/identity/attest.ts';
import { prove } from '../../agent/identity/prove.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';
import type { Proof } from '../../common/contracts/attestation/messages.ts';
import { startTokenSts, type TokenSts } from '../../controlplane/identity/testing/token-sts.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';
import { startTestAgent } from './testing/test-agent.ts';

const A = 'mesh/m/virtualNode/a';
const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/web-task`;
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 's',
  AWS_SESSION_TOKEN: 't',
};

let sts: TokenSts;
let plane: IdentityPlane;
let flags: readonly string[];

beforeAll(async () => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  sts = await startTokenSts(ROLE);
  flags = [`--aws-jwt-issuers=${ACCOUNT}=${sts.url}`];
  plane = await startIdentityPlane(flags);
  await bind({ roleArn: ROLE });
});
beforeEach(() => {
  sts.claims = (claims) => claims;
  sts.refusal = undefined;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await plane?.remove();
  await sts?.close();
});

type Change = (proof: Proof) => Proof;

async function attestByToken(change: Change = (proof) => proof) {
  const { request } = await makeSigningRequest();
  const hello = { nodeId: A, signingRequest: request, methods: ['aws jwt'] as const, agentVersion: '0' };
  const settings = { proofs: ['aws-jwt'] as const, joinToken: undefined, stsEndpoint: sts.url };
  return attest(plane.ads(), { ca: plane.ca }, hello, async (challenge) =>
    change(await prove(settings, challenge, hello)),
  );
}

async function bind(awsRole: object): Promise<void> {
  const spec = { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals: [{ awsRole }] };
  await plane
    .call('PUT', '/daybreak/v1/meshes/m/nodeIdentities', { nodeIdentityName: 'a', spec })
    .catch(() => plane.call('PUT', '/daybreak/v1/meshes/m/nodeIdentities/a', { spec }));
}

test('an agent with a role of an account with outbound federation gets a certificate by a token of AWS STS', async () => {
  const agent = await startTestAgent(plane, { node: A, proofs: ['aws-jwt'], stsEndpoint: sts.url });
  await expect.poll(agent.isConnected).toBe(true);
  expect(agent.identity.status().spiffeId).toMatch(/\/mesh\/m\/virtualNode\/a$/);
  agent.close();
  const { certificates } = (await plane.call('GET', '/daybreak/v1/identity')) as {
    certificates: readonly { method: string; principal: string }[];
  };
  expect(certificates[0]).toMatchObject({ method: 'aws jwt', principal: ROLE });
});

test('an unbound role is refused with the document that binds it; a binding by unique id or session needs aws-iam', async () => {
  await bind({ roleArn: `arn:aws:iam::${ACCOUNT}:role/other` });
  await expect(attestByToken()).rejects.toThrow(/NOT_BOUND: .*This document allows it .*role\/web-task/);
  await bind({ roleArn: ROLE, uniqueId: 'AROAANOTHERROLE12345' });
  await expect(attestByToken()).rejects.toThrow(/NOT_BOUND: .*use aws-iam/);
  await bind({ roleArn: ROLE, session: 'ECS_TASK' });
  await expect(attestByToken()).rejects.toThrow(/NOT_BOUND: .*use aws-iam/);
  await bind({ roleArn: ROLE });
});

test('an account without outbound federation is named in the problem of the agent', async () => {
  sts.refusal = 'OutboundWebIdentityFederationDisabledException';
  await expect(attestByToken()).rejects.toThrow(
    'AWS STS answered 400 OutboundWebIdentityFederationDisabledException to GetWebIdentityToken',
  );
});

test('a token that was captured is of no use on another stream', async () => {
  let captured: Proof | undefined;
  await attestByToken((proof) => (captured = proof));
  await expect(attestByToken(() => captured as Proof)).rejects.toThrow(
    /PROOF_REFUSED: the tag daybreak-nonce of the token is that of another attempt/,
  );
});
