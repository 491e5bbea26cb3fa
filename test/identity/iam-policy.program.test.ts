import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { attest } from '../../agent/identity/attest.ts';
import { prove } from '../../agent/identity/prove.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';
import type { Moto } from '../../controlplane/discovery/testing/moto.ts';
import type { IssuedEntry } from '../../controlplane/identity/issued.ts';
import {
  ALLOWED,
  IMPLICIT_DENY,
  sendIamError,
  startTestIam,
  type TestIam,
} from '../../controlplane/identity/testing/test-iam.ts';
import { assumeNamedRole, MOTO_ACCOUNT, startVerifyingMoto } from './testing/aws-role.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';
import { startTestAgent } from './testing/test-agent.ts';

// Roles that their IAM policies bind, without a NodeIdentity: moto is AWS STS, and a stand-in is AWS IAM.

const TASK = '6b777c1809a94925ab48098fa09824de';
const CALLER = `arn:aws:sts::${MOTO_ACCOUNT}:assumed-role/web-task/${TASK}`;
const ARN_OF = (name: string): string =>
  `arn:aws:appmesh:us-east-1:${MOTO_ACCOUNT}:mesh/m/virtualNode/${name}`;
vi.setConfig({ testTimeout: 1_200_000 });

/** Longer than the longest wait of an agent whose renewal has failed, which is five minutes. */
const LONG = { timeout: 400_000 };

let moto: Moto;
let iam: TestIam;
let plane: IdentityPlane;
let flags: readonly string[];
let env: Readonly<Record<string, string>>;
/** The ARNs that the role's policies allow. */
let allowed: Set<string>;

beforeAll(async () => {
  moto = await startVerifyingMoto();
  iam = await startTestIam();
  const { keys, uniqueId } = await assumeNamedRole(moto, 'web-task', TASK);
  iam.roles.set('web-task', { arn: `arn:aws:iam::${MOTO_ACCOUNT}:role/tasks/web-task`, uniqueId });
  iam.result = (parameters) =>
    allowed.has(parameters.get('ResourceArns.member.1') ?? '') ? ALLOWED : IMPLICIT_DENY;
  env = { AWS_ENDPOINT_URL_IAM: iam.endpoint };
  for (const [name, value] of Object.entries({ ...keys, ...env })) vi.stubEnv(name, value);
  // Without a drain, because the tests wait for its end.
  flags = [
    '--drain=0',
    `--sts-endpoint=${moto.endpoint}`,
    `--account=${MOTO_ACCOUNT}`,
    '--bind-by-iam-policy',
  ];
  plane = await startIdentityPlane(flags);
});
beforeEach(() => {
  allowed = new Set([ARN_OF('a')]);
  iam.instead = () => false;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await plane?.remove();
  iam?.close();
  await moto?.stop();
});

async function attestAs(name: string) {
  const { request } = await makeSigningRequest();
  const nodeId = `mesh/m/virtualNode/${name}`;
  const hello = { nodeId, signingRequest: request, methods: ['aws iam'] as const, agentVersion: '0' };
  const settings = { proofs: ['aws-iam'] as const, joinToken: undefined };
  return attest(plane.ads(), { ca: plane.ca }, hello, (challenge) => prove(settings, challenge, hello));
}

const startAgent = (name: string) =>
  startTestAgent(plane, { node: `mesh/m/virtualNode/${name}`, proofs: ['aws-iam'], file: name });

async function certificates(): Promise<readonly IssuedEntry[]> {
  const { certificates: all } = await plane.call('GET', '/daybreak/v1/identity');
  return all as readonly IssuedEntry[];
}

test('a role whose policies allow it becomes its node without a NodeIdentity, and the list says by which way', async () => {
  const agent = await startAgent('a');
  await expect.poll(agent.isConnected, LONG).toBe(true);
  await expect.poll(certificates).toMatchObject([
    {
      node: 'mesh/m/virtualNode/a',
      method: 'aws iam',
      principal: CALLER,
      boundBy: 'IAM policy',
      state: 'current',
    },
  ]);
  // Equal questions are not asked again.
  const before = iam.count('SimulatePrincipalPolicy');
  await attestAs('a');
  expect(iam.count('SimulatePrincipalPolicy')).toBe(before);
  agent.close();
});

test('while IAM throttles, a new agent is told to come back, and an agent with a certificate renews it', async () => {
  const agent = await startAgent('a');
  await expect.poll(agent.isConnected, LONG).toBe(true);
  allowed.add(ARN_OF('b'));
  iam.instead = (_, response) => {
    sendIamError(response, 400, 'Throttling', 'Rate exceeded');
    return true;
  };
  await expect(attestAs('b')).rejects.toThrow(
    `IAM_AWAY: ${CALLER} is proven, but its IAM policies are not known: AWS IAM answered iam:GetRole with 400 Throttling`,
  );
  const first = agent.identity.current()?.chain;
  await plane.call('POST', '/daybreak/v1/identity/rotate', { what: 'intermediate' });
  await expect.poll(() => agent.identity.current()?.chain === first, LONG).toBe(false);
  agent.close();
  iam.instead = () => false;
  // A failure is not kept as a refusal.
  expect((await attestAs('b')).spiffeId).toContain('/virtualNode/b');
});

test('a NodeIdentity with a role narrows: the policies no longer count', async () => {
  const agent = await startAgent('a');
  await expect.poll(agent.isConnected, LONG).toBe(true);
  const principals = [{ awsRole: { roleArn: `arn:aws:iam::${MOTO_ACCOUNT}:role/other` } }];
  const spec = { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals };
  await plane.call('PUT', '/daybreak/v1/meshes/m/nodeIdentities', { nodeIdentityName: 'a', spec });
  await expect.poll(agent.reasons, LONG).toMatch(/is no longer good: no NodeIdentity binds/);
  await expect(attestAs('a')).rejects.toThrow(
    /NOT_BOUND: .*its IAM policies do not count, because a NodeIdentity/,
  );
  agent.close();
  await plane.call('DELETE', '/daybreak/v1/meshes/m/nodeIdentities/a');
});

test('a refusal has the exact statement, and that statement binds; a policy that was withdrawn ends the stream of its agent', async () => {
  await plane.call('PUT', '/v20190125/meshes/m/virtualNodes', { virtualNodeName: 'c', spec: {} });
  const refusal = await attestAs('c').then(() => '', String);
  expect(refusal).toContain(
    `NOT_BOUND: ${CALLER} is proven, but may not be mesh/m/virtualNode/c: no NodeIdentity binds it; its IAM policies do not allow it: no statement allows appmesh:StreamAggregatedResources on ${ARN_OF('c')}.`,
  );
  const found = /denies it: (\{.*?\})\. Or this document/.exec(refusal)?.[1] ?? '';
  const statement = JSON.parse(found) as Readonly<Record<string, string>>;
  expect(statement).toEqual({
    Effect: 'Allow',
    Action: 'appmesh:StreamAggregatedResources',
    Resource: ARN_OF('c'),
  });
  const agent = await startAgent('a');
  await expect.poll(agent.isConnected, LONG).toBe(true);
  agent.close();

  // A new process knows no answers. This one would ask about c in half a minute, and about a in five.
  allowed = new Set([statement['Resource'] ?? '']);
  await plane.restart(flags, env);
  const again = await startAgent('a');
  expect((await attestAs('c')).spiffeId).toContain('/virtualNode/c');
  await expect
    .poll(again.reasons, LONG)
    .toMatch(/is no longer good: the IAM policies of .* no longer allow it: no statement/);
  await expect.poll(() => again.identity.status().problem, LONG).toMatch(/^NOT_BOUND: /);
  const own = (await certificates()).find(({ node }) => node.endsWith('/a'));
  expect(own?.state).toContain('no longer allow it');
  again.close();
});

test('without the flag, policies bind no role, and certificates that they bound are no longer good', async () => {
  await plane.restart(
    flags.filter((flag) => flag !== '--bind-by-iam-policy'),
    env,
  );
  const refusal = await attestAs('a').then(() => '', String);
  expect(refusal).toMatch(/NOT_BOUND: .*: no NodeIdentity binds it\. This document allows it/);
  expect((await certificates())[0]?.state).toContain('and --bind-by-iam-policy is off');
});
