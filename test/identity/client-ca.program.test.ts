import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DeltaDiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { attest } from '../../agent/identity/attest.ts';
import { openIdentity } from '../../agent/identity/identity.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';
import type { ProofMethod } from '../../common/contracts/attestation/messages.ts';
import { createLog } from '../../common/log.ts';
import { makeAuthority, type Authority, type Names } from '../../controlplane/tls/testing/certificates.ts';
import { openCall } from '../../xds/grpc/client-call.ts';
import { DELTA_METHOD } from '../../xds/service.ts';
import { CLUSTER } from '../../xds/types.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';

// The root of a company in `--client-ca` signs much else: servers, people, other meshes. None of that is a proxy of this mesh.

const A = 'mesh/m/virtualNode/a';
const ID_OF_A = `spiffe://apps.example/account/000000000000/${A}`;

let folder: string;
let company: Authority;
let plane: IdentityPlane;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-client-ca-'));
  company = await makeAuthority();
  await writeFile(join(folder, 'ca.pem'), company.pem);
  plane = await startIdentityPlane(['--client-ca', join(folder, 'ca.pem')]);
});
afterAll(async () => {
  await plane?.remove();
  await rm(folder, { recursive: true, force: true });
});
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** How a certificate fares as a credential of ADS: `answered`, or the reason. */
async function openAds(names: Names): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const call = openCall(
    plane.ads(),
    DELTA_METHOD.path,
    { tls: { ca: plane.ca, ...(await company.issue(names)) } },
    {
      onHeaders: () => undefined,
      onMessage: () => resolve('answered'),
      onEnd: ({ code, details }) => resolve(`${code} ${details}`),
    },
  );
  closers.push(call.close);
  const request = create(DeltaDiscoveryRequestSchema, { node: { id: A }, typeUrl: CLUSTER });
  call.write(toBinary(DeltaDiscoveryRequestSchema, request));
  return promise;
}

/** How a certificate fares as a proof: the SPIFFE id that it gets, or the reason. */
async function prove(names: Names, method: ProofMethod): Promise<string> {
  const { request } = await makeSigningRequest();
  const hello = { nodeId: A, signingRequest: request, methods: [method], agentVersion: '0' };
  const tls = { ca: plane.ca, ...(await company.issue(names)) };
  return attest(plane.ads(), tls, hello, async () => ({ method: 'connection certificate' })).then(
    ({ spiffeId }) => spiffeId,
    (error: Error) => error.message,
  );
}

const uri = (value: string): Names => ({ alternative: [{ type: 'url', value }] });
const dns = (value: string): Names => ({ alternative: [{ type: 'dns', value }] });
const notBound = (member: object): string =>
  JSON.stringify({
    meshName: 'm',
    nodeIdentityName: 'a',
    spec: { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals: [{ x509: member }] },
  });

const NO_CREDENTIAL = /^16 no credentials: /;
const NO_PROXY = /^7 the client certificate \w+ names no proxy/;
const NO_METHOD = /^NO_METHOD: /;

describe.each<[string, Names, ads: RegExp, x509: RegExp | string]>([
  ['a web server', { ...dns('www.corp.example'), usage: 'serverAuth' }, NO_CREDENTIAL, NO_METHOD],
  [
    'a server that has the name of a proxy',
    { ...uri(`spiffe://corp.example/${A}`), usage: 'serverAuth' },
    NO_CREDENTIAL,
    NO_METHOD,
  ],
  ['a server without a purpose', dns('www.corp.example'), NO_PROXY, notBound({ dns: 'www.corp.example' })],
  [
    'a person',
    { commonName: 'Ada', alternative: [{ type: 'email', value: 'ada@corp.example' }], usage: 'clientAuth' },
    NO_PROXY,
    NO_METHOD,
  ],
  [
    'a workload of another trust domain',
    { ...uri('spiffe://corp.example/ns/shop/sa/web'), usage: 'clientAuth' },
    NO_PROXY,
    notBound({ uri: 'spiffe://corp.example/ns/shop/sa/web' }),
  ],
  [
    'a node of this trust domain, which another authority made up',
    uri(ID_OF_A),
    NO_PROXY,
    notBound({ uri: ID_OF_A }),
  ],
])('the certificate of the company’s root for %s', (_, names, ads, x509) => {
  test('is no credential of ADS, and no proof without a binding', async () => {
    expect(await openAds(names)).toMatch(ads);
    const reason = await prove(names, 'x509');
    if (typeof x509 !== 'string') expect(reason).toMatch(x509);
    else expect(reason).toMatch(/^NOT_BOUND: /);
    if (typeof x509 === 'string') expect(reason).toContain(`(daybreak apply -f FILE): ${x509}`);
  });

  test('is never taken for one of this authority: it renews nothing', async () => {
    expect(await prove(names, 'svid')).toMatch(NO_METHOD);
  });
});

test('the document of the refusal binds the certificate, which then is its proof, and still no other proxy', async () => {
  const names = uri('spiffe://corp.example/ns/shop/sa/a');
  const reason = await prove(names, 'x509');
  const [, text = ''] = /FILE\): (\{.*\})$/.exec(reason) ?? [];
  const { nodeIdentityName, spec } = JSON.parse(text) as { nodeIdentityName: string; spec: object };
  await plane.call('PUT', '/daybreak/v1/meshes/m/nodeIdentities', { nodeIdentityName, spec });
  expect(await prove(names, 'x509')).toBe(ID_OF_A);
  expect(await prove(uri('spiffe://corp.example/ns/shop/sa/a/b'), 'x509')).toMatch(/^NOT_BOUND: /);
  expect(await prove({ ...names, lifetimeMs: -1000 }, 'x509')).toMatch(NO_METHOD);
});

test('an agent whose certificate was revoked proves itself again by its client certificate: it did so only after the end of the revoked one', async () => {
  const names = uri('spiffe://corp.example/ns/shop/sa/a');
  const pair = await company.issue(names);
  const identity = await openIdentity({
    xds: {
      endpoints: [{ kind: 'tls', ...plane.ads() }],
      ca: undefined,
      certificate: undefined,
      token: undefined,
      identity: { proofs: ['x509'], joinToken: undefined },
    },
    secure: () => ({ tls: { ca: plane.ca, ...pair } }),
    nodeId: A,
    agentVersion: '0',
    file: undefined,
    log: createLog('test', 'silent'),
  });
  if (identity === undefined) throw new Error('there is no identity');
  closers.push(identity.close);
  await expect.poll(() => identity.status().state).toBe('held');
  const revoked = identity.current()?.key;
  await plane.call('POST', '/daybreak/v1/identity/revoke', { node: A });
  identity.refused('16 UNAUTHENTICATED: the certificate is no longer good');
  await expect.poll(() => identity.current()?.key, { timeout: 120_000 }).not.toBe(revoked);
  expect(identity.status().problem).toBeUndefined();
});
