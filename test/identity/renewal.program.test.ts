import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';
import { attest } from '../../agent/identity/attest.ts';
import type { HeldIdentity } from '../../agent/identity/held-identity.ts';
import { openIdentity, type AgentIdentity } from '../../agent/identity/identity.ts';
import { requestFile } from '../../agent/identity/request-file.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';

const A = 'mesh/m/virtualNode/a';
const log = createLog('test', 'silent');

let plane: IdentityPlane;
let folder: string;
let file: string;
const opened: AgentIdentity[] = [];
beforeAll(async () => {
  plane = await startIdentityPlane();
});
afterAll(() => plane?.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-held-'));
  file = join(folder, 'a.identity');
});
afterEach(async () => {
  vi.useRealTimers();
  for (const identity of opened.splice(0)) identity.close();
  // The latest certificate may still be on its way to the file.
  await rm(folder, { recursive: true, maxRetries: 5 });
});

async function open(token: string, nodeId = A): Promise<AgentIdentity> {
  const identity = await openIdentity({
    xds: {
      endpoints: [{ kind: 'tls', ...plane.ads() }],
      ca: undefined,
      certificate: undefined,
      token: undefined,
      identity: {
        proofs: ['join-token'],
        joinToken: { kind: 'text', setting: 'DAYBREAK_XDS_JOIN_TOKEN', text: token },
      },
    },
    secure: () => ({ tls: { ca: plane.ca } }),
    nodeId,
    agentVersion: '0.1.0',
    file,
    log,
  });
  if (identity === undefined) throw new Error('there is no identity');
  opened.push(identity);
  return identity;
}

test('an agent that was stopped after it had used its join token gets its certificate with it when it starts again: the token was lost', async () => {
  const token = await plane.joinToken('a');
  // The earlier agent, which did not get the answer.
  const request = await makeSigningRequest();
  await requestFile(`${file}.request`, A, log).keep(request);
  const hello = {
    nodeId: A,
    signingRequest: request.request,
    methods: ['join token'],
    agentVersion: '',
  } as const;
  await attest(plane.ads(), { ca: plane.ca }, hello, async () => ({ method: 'join token', token }));
  await held(await open(token));
  await expect.poll(() => readdir(folder)).toEqual(['a.identity']);
});

async function held(identity: AgentIdentity): Promise<void> {
  await expect.poll(() => identity.status().state).toBe('held');
}

async function readFileOf(): Promise<{ format: number; identity: HeldIdentity }> {
  return JSON.parse(await readFile(file, 'utf8')) as { format: number; identity: HeldIdentity };
}

test('the certificate before a renewal is in use until the agent has confirmed the new one: a rotation removed its root while the agent had no other', async () => {
  const first = await open(await plane.joinToken('a'));
  await held(first);
  const { chain = '', key = '' } = first.current() ?? {};
  const renew = async (keep?: () => Promise<void>) => {
    const { request } = await makeSigningRequest();
    const hello = { nodeId: A, signingRequest: request, methods: ['svid'], agentVersion: '' } as const;
    const tls = { ca: plane.ca, cert: chain, key };
    await attest(plane.ads(), tls, hello, async () => ({ method: 'connection certificate' }), keep);
  };
  const isInUse = async () => {
    const { certificates } = await plane.call('GET', '/daybreak/v1/identity');
    const serial = new X509Certificate(chain).serialNumber.toLowerCase();
    return (certificates as readonly { serial: string }[]).some((each) => each.serial === serial);
  };
  const full = () => Promise.reject(new Error('the disk is full'));
  await expect(renew(full)).rejects.toThrow('the disk is full');
  expect(await isInUse()).toBe(true);
  await renew();
  expect(await isInUse()).toBe(false);
});

test('an agent gets its certificate, keeps it for itself, and takes it up again without a proof', async () => {
  const first = await open(await plane.joinToken('a'));
  expect(first.status()).toMatchObject({ state: 'waiting' });
  await held(first);
  expect(first.status()).toMatchObject({
    spiffeId: `spiffe://apps.example/account/000000000000/${A}`,
    problem: undefined,
  });
  await expect.poll(async () => (await stat(file).catch(() => undefined))?.mode).toBe(0o100600);
  first.close();

  const second = await open('used-up');
  expect(second.status().state).toBe('held');
  expect(second.current()?.key).toBe(first.current()?.key);
});

test('a certificate at half of its life is renewed by itself, with a new key', async () => {
  const first = await open(await plane.joinToken('a'));
  await held(first);
  await expect.poll(() => stat(file).catch(() => undefined)).toBeDefined();
  first.close();
  const { identity, ...rest } = await readFileOf();
  await writeFile(file, JSON.stringify({ ...rest, identity: { ...identity, renew: Date.now() } }));

  const second = await open('used-up');
  await expect.poll(() => second.current()?.key).not.toBe(first.current()?.key);
  await expect.poll(async () => (await readFileOf()).identity.key).toBe(second.current()?.key);
  expect(second.status().problem).toBeUndefined();
});

test('without its control plane, an agent has its certificate for a day, over restarts, and none after its end', async () => {
  const first = await open(await plane.joinToken('a'));
  await held(first);
  await expect.poll(() => stat(file).catch(() => undefined)).toBeDefined();
  const hour = 3_600_000;
  const begun = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: begun + 24 * hour });
  expect(first.current()?.spiffeId).toContain('/a');
  first.close();
  expect((await open('used-up')).status().state).toBe('held');
  vi.setSystemTime(begun + 73 * hour);
  expect(first.current()).toBeUndefined();
  expect(first.status().state).toBe('ended');
  expect((await open('used-up')).status().state).toBe('waiting');
});

test('a refusal is in the status, and the agent goes on without a storm', async () => {
  const identity = await open('unknown');
  await expect
    .poll(() => identity.status().problem)
    .toMatch(/^TOKEN_UNKNOWN: .*make another with daybreak token join/);
  expect(identity.status().state).toBe('waiting');
  expect(identity.current()).toBeUndefined();
});

test.each<[string, () => Promise<void>]>([
  ['that others can read', () => chmod(file, 0o644)],
  ['of another node', () => change({ nodeId: 'mesh/m/virtualNode/b' })],
  [
    'with another key',
    () => change({ key: '-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n' }),
  ],
  ['that is cut', async () => writeFile(file, (await readFile(file, 'utf8')).slice(0, 300))],
  ['that is a link', async () => symlink(file, join(folder, 'link'))],
])('a kept certificate %s is ignored, and a new one is obtained', async (what, spoil) => {
  const first = await open(await plane.joinToken('a'));
  await held(first);
  await expect.poll(() => stat(file).catch(() => undefined)).toBeDefined();
  first.close();
  await spoil();
  if (what === 'that is a link') file = join(folder, 'link');
  const second = await open(await plane.joinToken('a'));
  expect(second.status().state).toBe('waiting');
  await held(second);
});

async function change(part: Partial<HeldIdentity>): Promise<void> {
  const { identity, ...rest } = await readFileOf();
  await writeFile(file, JSON.stringify({ ...rest, identity: { ...identity, ...part } }));
}
