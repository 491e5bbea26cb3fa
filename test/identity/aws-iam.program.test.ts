import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { attest } from '../../agent/identity/attest.ts';
import { prove } from '../../agent/identity/prove.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';
import type { AwsIamProof, Challenge, Proof } from '../../common/contracts/attestation/messages.ts';
import type { Moto } from '../../controlplane/discovery/testing/moto.ts';
import { startTestAgent } from './testing/test-agent.ts';
import { assumeRemadeRole, REMADE_ROLE_CALLS, startVerifyingMoto } from './testing/aws-role.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';

const A = 'mesh/m/virtualNode/a';
const ACCOUNT = '123456789012';
const TASK = '6b777c1809a94925ab48098fa09824de';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/web-task`;
const SETTINGS = { proofs: ['aws-iam'] as const, joinToken: undefined };

let moto: Moto;
let plane: IdentityPlane;
/** The unique id of a role that was deleted, and made anew under the same name. */
let formerId: string;

beforeAll(async () => {
  moto = await startVerifyingMoto(REMADE_ROLE_CALLS);
  const role = await assumeRemadeRole(moto, 'web-task', TASK);
  ({ formerId } = role);
  const { keys } = role;
  for (const [name, value] of Object.entries(keys)) vi.stubEnv(name, value);
  plane = await startIdentityPlane(['--sts-endpoint', moto.endpoint]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await plane?.remove();
  await moto?.stop();
});

type Change = (proof: Proof, challenge: Challenge) => Promise<Proof> | Proof;

/** Attests with the role's credentials; `change` plays a thief or a liar. */
async function attestByRole(change: Change = (proof) => proof, node = A) {
  const { request } = await makeSigningRequest();
  const hello = { nodeId: node, signingRequest: request, methods: ['aws iam'] as const, agentVersion: '0' };
  return attest(plane.ads(), { ca: plane.ca }, hello, async (challenge) =>
    change(await prove(SETTINGS, challenge, hello), challenge),
  );
}

async function bind(principals: readonly object[], name = 'a'): Promise<void> {
  const spec = { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals };
  await plane
    .call('PUT', '/daybreak/v1/meshes/m/nodeIdentities', { nodeIdentityName: name, spec })
    .catch(() => plane.call('PUT', `/daybreak/v1/meshes/m/nodeIdentities/${name}`, { spec }));
}

test('an unbound role is refused with the document that binds it, and that document binds it', async () => {
  const refusal = await attestByRole().then(() => '', String);
  expect(refusal).toContain(
    `NOT_BOUND: arn:aws:sts::${ACCOUNT}:assumed-role/web-task/${TASK} is proven, but may not be ${A}: no NodeIdentity binds it.`,
  );
  const document = JSON.parse(/FILE\): (\{.*\})$/.exec(refusal)?.[1] ?? '{}') as {
    spec: { principals: readonly object[] };
  };
  await bind(document.spec.principals);
  expect((await attestByRole()).spiffeId).toBe(
    `spiffe://apps.example/account/000000000000/mesh/m/virtualNode/a`,
  );
});

test('a binding may name the role with its path, the kind of session and the unique id', async () => {
  const withPath = `arn:aws:iam::${ACCOUNT}:role/tasks/web-task`;
  await bind([{ awsRole: { roleArn: withPath, session: 'ECS_TASK' } }]);
  expect((await attestByRole()).spiffeId).toContain('/a');
  await bind([{ awsRole: { roleArn: ROLE, session: 'EC2_INSTANCE' } }]);
  await expect(attestByRole()).rejects.toThrow(
    /NOT_BOUND: .*bound for sessions of EC2_INSTANCE, and this session is "6b77/,
  );
  await bind([{ awsRole: { roleArn: `arn:aws:iam::${ACCOUNT}:role/other` } }]);
  await expect(attestByRole()).rejects.toThrow(/NOT_BOUND: .*it is bound to .*role\/other/);
  await bind([{ awsRole: { roleArn: ROLE } }]);
});

test('a role that was deleted and made anew under the same name is not the one whose unique id is bound', async () => {
  await bind([{ awsRole: { roleArn: ROLE, uniqueId: formerId } }]);
  const refusal = await attestByRole().then(() => '', String);
  const [, bound, found = ''] =
    /was bound with the unique id (\w+), and now has (\w+): the role was made anew under the same name/.exec(
      refusal,
    ) ?? [];
  expect(bound).toBe(formerId);
  expect(found).not.toBe(formerId);
  await bind([{ awsRole: { roleArn: ROLE, uniqueId: found } }]);
  expect((await attestByRole()).spiffeId).toContain('/a');
  await bind([{ awsRole: { roleArn: ROLE } }]);
});

test('the credentials of a task, stolen, are those of its own node alone: for another one the thief is not bound', async () => {
  const same = (proof: Proof): Proof => proof;
  for (const node of ['mesh/m/virtualNode/b', 'mesh/m@000000000000/virtualNode/b'])
    await expect(attestByRole(same, node)).rejects.toThrow(
      /^NOT_BOUND: .*web-task.* is proven, but may not be mesh\/m\/virtualNode\/b: no NodeIdentity binds it\..*"nodeIdentityName":"b"/,
    );
  expect((await attestByRole(same, A)).spiffeId).toContain('/virtualNode/a');
});

test('taking the principal away from the NodeIdentity ends the stream of its agent and its renewal; giving it back heals', async () => {
  const agent = await startTestAgent(plane, { node: A, proofs: ['aws-iam'] });
  await expect.poll(agent.isConnected).toBe(true);
  await bind([{ awsRole: { roleArn: `arn:aws:iam::${ACCOUNT}:role/other` } }]);
  await expect.poll(agent.reasons).toMatch(/16 UNAUTHENTICATED: .*is no longer good: no NodeIdentity binds/);
  await expect.poll(() => agent.identity.status().problem).toMatch(/^NOT_BOUND: /);
  expect(agent.isConnected()).toBe(false);
  await bind([{ awsRole: { roleArn: ROLE } }]);
  // Longer than the longest wait of an agent that was refused, which is a minute or more.
  await expect.poll(agent.isConnected, { timeout: 240_000 }).toBe(true);
  agent.close();
});

test('an agent whose join token was used proves itself by its role: it asked with the token for ever', async () => {
  await bind([{ awsRole: { roleArn: ROLE } }]);
  const proofs = ['join-token', 'aws-iam'] as const;
  const agent = await startTestAgent(plane, { node: A, proofs, token: 'used-up' });
  await expect.poll(agent.isConnected).toBe(true);
  agent.close();
});

const changed =
  (part: object): Change =>
  (proof) => ({ ...proof, ...part });

describe('a proof is of no use', () => {
  test('for another node', async () => {
    await expect(
      attestByRole(async (_, challenge) => {
        const { request } = await makeSigningRequest();
        return prove(SETTINGS, challenge, { nodeId: 'mesh/m/virtualNode/b', signingRequest: request });
      }),
    ).rejects.toThrow(/PROOF_REFUSED: AWS STS refused the signature: 403 SignatureDoesNotMatch/);
  });
  test('with another signing request', async () => {
    await expect(
      attestByRole(async (_, challenge) => {
        const { request } = await makeSigningRequest();
        return prove(SETTINGS, challenge, { nodeId: A, signingRequest: request });
      }),
    ).rejects.toThrow(/SignatureDoesNotMatch/);
  });
  test('on another stream', async () => {
    let captured: Proof | undefined;
    await attestByRole((proof) => (captured = proof));
    await expect(attestByRole(() => captured as Proof)).rejects.toThrow(/SignatureDoesNotMatch/);
  });
  test.each<[string, Partial<AwsIamProof> | (() => Partial<AwsIamProof>), RegExp]>([
    [
      'a signature of another form',
      { signature: 'X'.repeat(64) },
      /PROOF_REFUSED: the signature of the signature has/,
    ],
    ['a key id of another form', { accessKeyId: 'ASIA/../' }, /PROOF_REFUSED: the accessKeyId/],
    ['a token with a line break', { sessionToken: 'a\r\nhost: evil' }, /PROOF_REFUSED: the sessionToken/],
    [
      'a date six minutes off',
      () => ({ date: amzDate(-6 * 60_000) }),
      /CLOCK_SKEW: the client signed at \d{8}T\d{6}Z, and the clock/,
    ],
    [
      'a date six minutes in the future',
      () => ({ date: amzDate(6 * 60_000) }),
      /CLOCK_SKEW: the client signed at/,
    ],
    ['an invalid date', { date: '99999999T999999Z' }, /CLOCK_SKEW/],
    ['another secret', { signature: '0'.repeat(64) }, /SignatureDoesNotMatch/],
    ['no session token', { sessionToken: '' }, /PROOF_REFUSED: AWS STS refused the signature: 403/],
  ])('with %s', async (_, part, message) => {
    const given = typeof part === 'function' ? part() : part;
    await expect(attestByRole(changed(given))).rejects.toThrow(message);
  });
});

function amzDate(offset: number): string {
  return new Date(Date.now() + offset).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

const RESULT = `<GetCallerIdentityResult><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/web-task/${TASK}</Arn><UserId>AROAX:${TASK}</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult>`;
const envelope = (inner: string, namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'): string =>
  `<GetCallerIdentityResponse xmlns="${namespace}">${inner}<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

describe('a hostile STS', () => {
  let hostile: Server;
  let answer: (response: ServerResponse) => void;
  beforeAll(async () => {
    hostile = createServer((_, response) => answer(response));
    hostile.listen(0, '127.0.0.1');
    await once(hostile, 'listening');
    const { port } = hostile.address() as AddressInfo;
    await plane.restart(['--sts-endpoint', `http://127.0.0.1:${port}`]);
    await bind([{ awsRole: { roleArn: ROLE } }]);
  });
  afterAll(() => hostile?.close());

  const xml =
    (body: string, type = 'text/xml') =>
    (response: ServerResponse) =>
      void response.writeHead(200, { 'content-type': type }).end(body);

  test('a plain answer is taken, so that the others fail for their own reason', async () => {
    answer = xml(envelope(RESULT));
    expect((await attestByRole()).spiffeId).toContain('/a');
  });
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    [
      'redirects',
      (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      /PROOF_REFUSED: .*302/,
    ],
    ['answers JSON', xml('{}', 'application/json'), /PROOF_REFUSED: the answer of AWS STS is not text\/xml/],
    ['has two results', xml(envelope(RESULT + RESULT)), /PROOF_REFUSED: .*there twice/],
    [
      'has two names',
      xml(envelope(RESULT.replace('<Arn>', '<Arn>a</Arn><Arn>'))),
      /PROOF_REFUSED: .*there twice/,
    ],
    [
      'has a DOCTYPE',
      xml(`<!DOCTYPE x [<!ENTITY a "b">]>${envelope(RESULT)}`),
      /PROOF_REFUSED: .*not plain XML/,
    ],
    [
      'has a comment within a name',
      xml(envelope(RESULT.replace('web-task', 'web-<!-- -->task'))),
      /not plain XML/,
    ],
    ['has another namespace', xml(envelope(RESULT, 'https://evil.example/')), /PROOF_REFUSED: .*namespace/],
    [
      'has further members',
      xml(envelope(`${RESULT}<Error/>`)),
      /PROOF_REFUSED: .*the response has other members/,
    ],
    ['has broken XML', xml(`${envelope(RESULT)}</x>`), /not plain XML/],
    ['answers with a megabyte', xml('x'.repeat(2 ** 20)), /PROOF_REFUSED: .*longer than 16384 bytes/],
    ['fails', (response) => void response.writeHead(503).end(), /STS_AWAY: AWS STS answered 503/],
    ['closes the connection', (response) => void response.destroy(), /STS_AWAY: AWS STS did not answer at/],
    ['never answers', () => undefined, /STS_AWAY: AWS STS did not answer at/],
  ])('that %s gives no certificate', async (_, how, message) => {
    answer = how;
    const attempt = () => attestByRole().then(() => 'issued', String);
    let outcome = await attempt();
    // On a slow machine, the agent may give up before the control plane gives up STS.
    for (let left = 4; left > 0 && outcome.includes('it did not answer within'); left -= 1)
      outcome = await attempt();
    expect(outcome).toMatch(message);
  });
});
