import { createHash, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DeltaDiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { attest } from '../../agent/identity/attest.ts';
import { holdIdentity, type HeldIdentity } from '../../agent/identity/held-identity.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';
import { ATTEST_PATH, type Proof, type ProofMethod } from '../../common/contracts/attestation/messages.ts';
import { openCall, type CallOutcome } from '../../xds/grpc/client-call.ts';
import { status } from '../../xds/grpc/status.ts';
import { DELTA_METHOD } from '../../xds/service.ts';
import { CLUSTER } from '../../xds/types.ts';
import { rootAbove } from '../../controlplane/identity/authority/chain.ts';
import { DOMAIN, startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';

const A = 'mesh/m/virtualNode/a';
const B = 'mesh/m/virtualNode/b';
/** The default of --account. */
const ACCOUNT = '000000000000';

let plane: IdentityPlane;
beforeAll(async () => {
  plane = await startIdentityPlane();
});
afterAll(() => plane?.remove());
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Tries = {
  readonly node?: string;
  readonly methods?: readonly ProofMethod[];
  readonly held?: HeldIdentity;
  readonly signingRequest?: (own: Uint8Array) => Uint8Array;
};

/** Attests as an agent does, with that proof. */
async function attestWith(
  proof: Proof,
  { node = A, methods = ['join token'], held, signingRequest }: Tries = {},
) {
  const { key, request } = await makeSigningRequest();
  const hello = {
    nodeId: node,
    signingRequest: signingRequest?.(request) ?? request,
    methods,
    agentVersion: '0.1.0',
  };
  const tls = { ca: plane.ca, ...(held === undefined ? {} : { cert: held.chain, key: held.key }) };
  const issued = await attest(plane.ads(), tls, hello, async () => proof);
  return holdIdentity(node, key, issued, Date.now());
}

const withToken = async (token: string, tries: Tries = {}) =>
  attestWith({ method: 'join token', token }, tries);

/** Opens an ADS stream as a node: `answered`, or how it ended. */
function openAds(held: HeldIdentity | undefined, node: string): Promise<'answered' | CallOutcome> {
  const { promise, resolve } = Promise.withResolvers<'answered' | CallOutcome>();
  const tls = { ca: plane.ca, ...(held === undefined ? {} : { cert: held.chain, key: held.key }) };
  const call = openCall(
    plane.ads(),
    DELTA_METHOD.path,
    { tls },
    { onHeaders: () => undefined, onMessage: () => resolve('answered'), onEnd: resolve },
  );
  closers.push(call.close);
  const request = create(DeltaDiscoveryRequestSchema, { node: { id: node }, typeUrl: CLUSTER });
  call.write(toBinary(DeltaDiscoveryRequestSchema, request));
  return promise;
}

test('a join token gives the certificate of its node, with which the node may connect, and no other', async () => {
  const held = await withToken(await plane.joinToken('a'));
  expect(held.spiffeId).toBe(`spiffe://${DOMAIN}/account/${ACCOUNT}/mesh/m/virtualNode/a`);
  const leaf = new X509Certificate(held.chain);
  expect(leaf.subject).toBe(undefined);
  expect(leaf.subjectAltName).toBe(`URI:${held.spiffeId}`);
  expect(leaf.ca).toBe(false);
  expect(leaf.validToDate.getTime() - Date.now()).toBeGreaterThan(71 * 3_600_000);
  const chain = held.chain.split(/(?<=-----END CERTIFICATE-----\n)/).map((pem) => new X509Certificate(pem));
  const [own = leaf, ...issuers] = chain;
  const trust = {
    trustDomain: DOMAIN,
    roots: () => [new X509Certificate(held.roots)],
    issuers: () => issuers,
  };
  expect(rootAbove(own, trust, Date.now())).toBeDefined();

  expect(await openAds(held, A)).toBe('answered');
  expect(await openAds(held, B)).toMatchObject({
    code: status.PERMISSION_DENIED,
    details: expect.stringMatching(/is not mesh\/m@\d+\/virtualNode\/b/),
  });
});

test('without a certificate, a proxy is not admitted, and hears what is missing', async () => {
  expect(await openAds(undefined, A)).toMatchObject({
    code: status.UNAUTHENTICATED,
    details: expect.stringContaining(`a certificate of the trust domain ${DOMAIN}`),
  });
});

test('of ten uses of one join token at once, one succeeds', async () => {
  const token = await plane.joinToken('a');
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => withToken(token)));
  expect(outcomes.filter(({ status: state }) => state === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      expect(String(outcome.reason)).toMatch(/TOKEN_UNKNOWN: .*used already/);
  }
});

test('a join token is for its node and addresses alone, and a wrong use does not use it up', async () => {
  const token = await plane.joinToken('a');
  await expect(withToken(token, { node: B })).rejects.toThrow(
    /TOKEN_ELSEWHERE: .*another node.*daybreak token join --node mesh\/m\/virtualNode\/b/,
  );
  expect((await withToken(token)).spiffeId).toContain('/a');
  const elsewhere = await plane.joinToken('a', { cidrs: ['192.0.2.0/24'] });
  await expect(withToken(elsewhere)).rejects.toThrow(/TOKEN_ELSEWHERE/);
  const here = await plane.joinToken('a', { cidrs: ['127.0.0.0/8', '::1/128'] });
  expect((await withToken(here)).spiffeId).toContain('/a');
});

test('a certificate renews itself, for its own node', async () => {
  const held = await withToken(await plane.joinToken('a'));
  const proof = { method: 'connection certificate' } as const;
  const renewed = await attestWith(proof, { methods: ['svid', 'join token'], held });
  expect(new X509Certificate(renewed.chain).serialNumber).not.toBe(
    new X509Certificate(held.chain).serialNumber,
  );
  expect(await openAds(renewed, A)).toBe('answered');
  await expect(attestWith(proof, { methods: ['svid'], held, node: B })).rejects.toThrow(/NO_METHOD/);
  await expect(attestWith(proof, { methods: ['svid'] })).rejects.toThrow(/NO_METHOD/);
});

test.each<[string, Tries, RegExp]>([
  [
    'a node that does not exist',
    { node: 'mesh/m/virtualNode/none' },
    /NODE_UNKNOWN: there is no mesh\/m\/virtualNode\/none/,
  ],
  ['a node id that names nothing', { node: 'nonsense' }, /NODE_UNKNOWN: node.id "nonsense"/],
  [
    'no method',
    { methods: [] },
    /NO_METHOD: the agent can prove itself by nothing; this control plane takes svid, join token/,
  ],
  ['an invalid signing request', { signingRequest: () => Buffer.from('none') }, /SIGNING_REQUEST/],
  [
    'a signing request with a changed key',
    { signingRequest: (own) => own.with(60, (own[60] ?? 0) ^ 1) },
    /SIGNING_REQUEST/,
  ],
])('%s is refused, and the join token is left', async (_, tries, message) => {
  const token = await plane.joinToken('a');
  await expect(withToken(token, tries)).rejects.toThrow(message);
  expect((await withToken(token)).spiffeId).toContain('/a');
});

test('the operator sees the authority and who holds certificates, and no secret', async () => {
  const token = await plane.joinToken('b');
  const held = await withToken(token, { node: B });
  const state = await plane.call('GET', '/daybreak/v1/identity');
  expect(state).toMatchObject({
    trustDomain: DOMAIN,
    sealedBy: expect.stringMatching(/^[0-9a-f]{16}$/),
    certificates: expect.arrayContaining([
      expect.objectContaining({ node: B, spiffeId: held.spiffeId, method: 'join token', from: '127.0.0.1' }),
    ]),
  });
  const log = plane.plane().log();
  expect(log).not.toContain(token);
  expect(log).toContain('issued a certificate');
});

test('neither the database nor a backup has a key or a token', async () => {
  const token = await plane.joinToken('a');
  const { sealedKey } = await readAuthority();
  expect(sealedKey).toMatch(/^[0-9a-f]{16}\.[\w-]{16}\.[\w-]+$/);
  const database = Buffer.concat([
    await readFile(join(plane.folder, 'data/daybreak.db')),
    await readFile(join(plane.folder, 'data/daybreak.db-wal')).catch(() => Buffer.alloc(0)),
  ]);
  expect(database.includes(token)).toBe(false);
  expect(database.includes(createHash('sha256').update(token).digest('hex'))).toBe(true);
  await withToken(token);
});

/** The sealed key of the issuing certificate, as a backup has it. */
async function readAuthority(): Promise<{ readonly sealedKey: string }> {
  const { request } = await import('node:https');
  const { promise, resolve } = Promise.withResolvers<string>();
  request(`${plane.plane().api}/backup`, { ca: plane.ca, headers: { host: 'localhost' } }, (answer) => {
    let text = '';
    answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
    answer.on('end', () => resolve(text));
  }).end();
  const line = (await promise).split('\n').find((each) => each.includes('"kind":"authority"')) ?? '';
  const { resource } = JSON.parse(line.replace(/^\w+ /, '')) as {
    resource: { spec: { issuing: { sealedKey: string } } };
  };
  return resource.spec.issuing;
}

test('a certificate holds over a restart; the authority opens with its own key and domain alone', async () => {
  const held = await withToken(await plane.joinToken('a'));
  await plane.restart();
  expect(await openAds(held, A)).toBe('answered');

  const other = join(plane.folder, 'other.key');
  await writeFile(other, Buffer.alloc(32, 1).toString('base64'), { mode: 0o600 });
  await expect(plane.restart(['--ca-key', other])).rejects.toThrow(
    /--ca-key: the authority's keys were sealed with key [0-9a-f]{16}, and this one is [0-9a-f]{16}.*\(CA_KEY_UNUSABLE\)/,
  );
  await expect(plane.restart(['--trust-domain', 'other.example'])).rejects.toThrow(
    /the store has the authority of apps\.example.*\(TRUST_DOMAIN_DIFFERS\)/,
  );
  await writeFile(other, 'short');
  await expect(plane.restart(['--ca-key', other])).rejects.toThrow(/32 random bytes in base64.*openssl rand/);
  await plane.restart();
  expect(await openAds(held, A)).toBe('answered');
});

test('attempts that send nothing do not keep agents out: the oldest of them give way', async () => {
  const ends: CallOutcome[] = [];
  const closed = new AbortController();
  closers.push(() => closed.abort());
  // Opened again when it ends: where connections take long, the first ones may end by their time limit before an agent has come.
  const openSilent = (): void => {
    const call = openCall(
      plane.ads(),
      ATTEST_PATH,
      { tls: { ca: plane.ca } },
      {
        onHeaders: () => undefined,
        onMessage: () => undefined,
        onEnd(outcome) {
          ends.push(outcome);
          if (!closed.signal.aborted) setTimeout(openSilent, 1000);
        },
      },
    );
    closed.signal.addEventListener('abort', call.close);
  };
  for (let i = 0; i < 300; i += 1) openSilent();
  // A token each time: on a slow machine, an attempt that the client gave up may have used it.
  const outcome = async (): Promise<string> =>
    withToken(await plane.joinToken('a')).then(() => 'issued', String);
  await expect.poll(outcome, { interval: 200 }).toBe('issued');
  await expect
    .poll(() => ends.map(({ details }) => details))
    .toContainEqual(expect.stringContaining('another attempt took the place'));
});

test('a join token that 1,000 clients use at once gives one certificate; the others learn why, and others are served', async () => {
  const issued = async () => {
    const { certificates } = await plane.call('GET', '/daybreak/v1/identity');
    return (certificates as readonly unknown[]).length;
  };
  const token = await plane.joinToken('a');
  const before = await issued();
  const outcomes = await Promise.all(
    Array.from({ length: 1000 }, () => withToken(token).then(() => 'issued', String)),
  );
  // On a slow machine, the one client that the control plane takes the token from may give up before its answer.
  const isSlow = outcomes.some((each) => /did not answer within|RESOURCE_EXHAUSTED/.test(each));
  expect([before + 1, ...(isSlow ? [before] : [])]).toContain(await issued());
  const known = /^issued$|TOKEN_UNKNOWN|RESOURCE_EXHAUSTED|DEADLINE_EXCEEDED|did not answer within/;
  expect(outcomes.filter((each) => !known.test(each))).toEqual([]);
  const another = async (): Promise<string> =>
    withToken(await plane.joinToken('b'), { node: B }).then(() => 'issued', String);
  await expect.poll(another).toBe('issued');
});

// The last test: after it, the names of nodes are those of two accounts.
test('a second account with a mesh of the same name: certificates stay those of their own mesh, and are renewed', async () => {
  const held = await withToken(await plane.joinToken('a'));
  await plane.restart(['--account=222222222222']);
  await plane.call('PUT', '/v20190125/meshes', { meshName: 'm' });
  await plane.call('PUT', '/v20190125/meshes/m/virtualNodes', { virtualNodeName: 'a', spec: {} });
  await plane.restart();

  const own = `mesh/m@${ACCOUNT}/virtualNode/a`;
  expect(await openAds(held, own)).toBe('answered');
  expect(await openAds(held, 'mesh/m@222222222222/virtualNode/a')).toMatchObject({
    code: status.PERMISSION_DENIED,
  });
  const proof = { method: 'connection certificate' } as const;
  const renewed = await attestWith(proof, { methods: ['svid'], held, node: own });
  expect(renewed.spiffeId).toBe(held.spiffeId);
  await expect(
    attestWith(proof, { methods: ['svid'], held, node: 'mesh/m@222222222222/virtualNode/a' }),
  ).rejects.toThrow(/NO_METHOD/);
});
