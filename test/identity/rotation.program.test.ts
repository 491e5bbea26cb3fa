import { randomUUID, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { AuthorityState } from '../../controlplane/identity/authority/describe-authority.ts';
import type { IssuedEntry } from '../../controlplane/identity/issued.ts';
import type { LocalControlPlane } from '../lab/programs/local-control-plane.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';
import { startTestAgent, type TestAgent } from './testing/test-agent.ts';

// The root is replaced step by step, under agents that are connected, over restarts of the control plane.

vi.setConfig({ testTimeout: 1_800_000 });

const A = 'mesh/m/virtualNode/a';
const B = 'mesh/m/virtualNode/b';
const SLOW = { timeout: 400_000, interval: 250 };
/** For two steps of at least ten seconds, with a renewal of each certificate. */
const LONG = { timeout: 400_000, interval: 250 };

let plane: IdentityPlane;
const agents: TestAgent[] = [];
beforeAll(async () => {
  plane = await startIdentityPlane();
});
afterAll(() => plane?.remove());
afterEach(() => {
  for (const agent of agents.splice(0)) agent.close();
});

type State = AuthorityState & { readonly certificates: readonly IssuedEntry[] };
const state = async (): Promise<State> => (await plane.call('GET', '/daybreak/v1/identity')) as State;
const firstRoot = async () => (await state()).roots[0]?.fingerprint;
const rotate = (what: string) => plane.call('POST', '/daybreak/v1/identity/rotate', { what });

/** The file of the last agent of each node that joined. An earlier one may still write to its own file. */
const files = new Map<string, string>();

/** An agent that has no certificate yet. */
async function joined(node: string): Promise<TestAgent> {
  files.set(node, `${randomUUID()}.identity`);
  return started(node, await plane.joinToken(node.replace(/.*\//, '')));
}

async function started(node: string, token = 'used-up'): Promise<TestAgent> {
  const agent = await startTestAgent(plane, { node, token, file: files.get(node) ?? '' });
  agents.push(agent);
  await expect.poll(agent.isConnected, SLOW).toBe(true);
  return agent;
}

const rootsOf = ({ identity }: TestAgent): number =>
  (identity.current()?.roots.match(/BEGIN CERTIFICATE/g) ?? []).length;

/** The fingerprint of the root above an agent's certificate. */
function rootAboveOf({ identity }: TestAgent): string | undefined {
  const { chain = '', roots = '' } = identity.current() ?? {};
  const parse = (pem: string) =>
    pem.split(/(?<=END CERTIFICATE-----\n)/).map((each) => new X509Certificate(each));
  const intermediate = parse(chain)[1];
  return parse(roots).find((root) => intermediate?.verify(root.publicKey))?.fingerprint256;
}

/** The steps of the rotation that a control plane has taken since it started. */
const stepsOf = (program: LocalControlPlane): readonly string[] =>
  [...program.log().matchAll(/"step":"(\w+)"/g)].map(([, step = '']) => step);

test('a root is replaced: each step waits for all certificates, and agents stay connected', async () => {
  let [a, b] = [await joined(A), await joined(B)];
  const [before] = (await state()).roots;
  /** The root above each certificate of `a` that came with two roots, the first one first. */
  const above: (string | undefined)[] = [];
  a.identity.onChange(() => rootsOf(a) === 2 && above.push(rootAboveOf(a)));
  await rotate('root');
  await expect(rotate('root')).rejects.toThrow('a new root is being introduced already');
  expect((await state()).rotation?.step).toBe('distributing');
  await expect.poll(() => [rootsOf(a), rootsOf(b)], SLOW).toEqual([2, 2]);
  expect(above[0]).toBe(before?.fingerprint);

  // The step that is under way is in the store. The control plane comes back on other ports, so the agents start again too, with their files.
  for (const agent of agents.splice(0)) agent.close();
  const first = plane.plane();
  await plane.restart();
  [a, b] = [await started(A), await started(B)];
  await expect.poll(async () => (await state()).rotation, LONG).toBe(null);
  await expect
    .poll(() => [first, plane.plane()].flatMap(stepsOf))
    .toEqual(['distributing', 'signing', 'done']);
  const { roots } = await state();
  expect(roots).toHaveLength(1);
  expect(roots[0]?.fingerprint).not.toBe(before?.fingerprint);
  await expect
    .poll(() => [rootAboveOf(a), rootAboveOf(b)], SLOW)
    .toEqual([roots[0]?.fingerprint, roots[0]?.fingerprint]);
  await expect.poll(() => [a.isConnected(), b.isConnected()], SLOW).toEqual([true, true]);
  // A renewal that is under way shows both.
  await expect
    .poll(async () => (await state()).certificates.filter(({ node }) => node === A), SLOW)
    .toHaveLength(1);
});

test('a control plane that is killed in each step goes on with the rotation, under many proxies', async () => {
  // Certificates of closed agents would hold each step up.
  for (const node of [A, B]) await plane.call('POST', '/daybreak/v1/identity/revoke', { node });
  const names = Array.from({ length: 20 }, (_, at) => ({
    node: at % 2 === 0 ? A : B,
    file: `many-${at}.identity`,
  }));
  const open = (each: (typeof names)[number], token = 'used-up') => startTestAgent(plane, { ...each, token });
  let fleet = await Promise.all(
    names.map(async (each) => open(each, await plane.joinToken(each.node.replace(/.*\//, '')))),
  );
  agents.push(...fleet);
  const allConnected = async (): Promise<void> => {
    await expect.poll(() => fleet.every((agent) => agent.isConnected()), SLOW).toBe(true);
  };
  /** The control plane comes back on other ports, so the agents start again too, with their files. */
  async function killed(): Promise<void> {
    await plane.plane().kill();
    for (const agent of agents.splice(0)) agent.close();
    await plane.restart();
    fleet = await Promise.all(names.map((each) => open(each)));
    agents.push(...fleet);
    await allConnected();
  }
  await allConnected();
  const { roots: before, generation } = await state();
  await rotate('root');
  await killed();
  // All may have connected again, and renewed, ten seconds after the step began.
  await expect.poll(async () => (await state()).rotation?.step, SLOW).toBe('signing');
  await expect.poll(() => stepsOf(plane.plane())[0]).toBe('signing');
  await killed();
  await expect.poll(async () => (await state()).rotation, LONG).toBe(null);
  const held = () => new Set(fleet.map(({ identity }) => identity.held()?.generation));
  await expect.poll(held, SLOW).toEqual(new Set([generation + 3]));
  const { roots } = await state();
  expect(roots).toHaveLength(1);
  expect(roots[0]?.fingerprint).not.toBe(before[0]?.fingerprint);
  expect(new Set(fleet.map(rootAboveOf))).toEqual(new Set([roots[0]?.fingerprint]));
  expect(new Set(fleet.map(rootsOf))).toEqual(new Set([1]));
  // All had connected again below the new root before the old one went: else the control plane would have ended their streams at once.
  expect(fleet.map((agent) => agent.reason()).filter((reason) => /UNAUTHENTICATED/.test(reason))).toEqual([]);
  await allConnected();

  await rotate('intermediate');
  await killed();
  await expect.poll(held, SLOW).toEqual(new Set([generation + 4]));
  // Each holds one certificate, and has replaced those before.
  const counts = async () => {
    const { certificates } = await state();
    const of = (wanted: string) => certificates.filter((each) => each.state === wanted).length;
    return { current: of('current'), old: of('old') };
  };
  await expect.poll(counts, SLOW).toEqual({ current: names.length, old: 0 });
});

test('a proxy that is away holds a step up until the operator skips the wait; abort goes back', async () => {
  const away = await joined(A);
  away.close();
  await rotate('root');
  const { roots } = await state();
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  expect((await state()).rotation).toMatchObject({ step: 'distributing', missing: expect.any(Number) });
  await rotate('skip');
  expect((await state()).rotation?.step).toBe('signing');
  await rotate('abort');
  await expect.poll(firstRoot, SLOW).toBe(roots[0]?.fingerprint);
  await rotate('skip');
  await expect.poll(async () => (await state()).roots.length, SLOW).toBe(1);
  expect(await firstRoot()).toBe(roots[0]?.fingerprint);
  expect((await state()).rotation).toBe(null);
  await expect(rotate('skip')).rejects.toThrow('no rotation is under way');
  await expect(rotate('x')).rejects.toThrow('what: it has to be one of root, intermediate, skip, abort');
});

test('an intermediate is replaced at once, and connected agents renew', async () => {
  const a = await joined(A);
  const serial = () => new X509Certificate(a.identity.current()?.chain ?? '').serialNumber;
  const before = serial();
  await rotate('intermediate');
  await expect.poll(serial, SLOW).not.toBe(before);
  expect(a.isConnected()).toBe(true);
});

test('a revoked certificate ends its stream and is not renewed; a new proof gives another one', async () => {
  const a = await joined(A);
  const serial = new X509Certificate(a.identity.current()?.chain ?? '').serialNumber.toLowerCase();
  const revoke = (what: object) => plane.call('POST', '/daybreak/v1/identity/revoke', what);
  await expect(revoke({ node: 'a' })).rejects.toThrow('it has to be mesh/M/virtualNode/N');
  // As openssl writes it.
  expect(await revoke({ serial: serial.toUpperCase() })).toEqual({
    revoked: 1,
    serials: [serial],
  });
  await expect.poll(a.reasons, SLOW).toMatch(/16 UNAUTHENTICATED: .*is no longer good: it was revoked at/);
  await expect
    .poll(() => a.identity.status().problem, SLOW)
    .toMatch(/^TOKEN_UNKNOWN: .*is not renewed: it was revoked at/);
  const { unproven } = (await plane.call('GET', '/status')) as { unproven: readonly object[] };
  expect(unproven).toContainEqual(
    expect.objectContaining({
      resource: A,
      reason: expect.stringMatching(/^TOKEN_UNKNOWN: .*it was revoked at/),
    }),
  );
  await plane.restart();
  expect((await state()).certificates).toContainEqual(
    expect.objectContaining({ serial, state: expect.stringContaining('it was revoked') }),
  );
  await expect(revoke({ serial: 'none' })).rejects.toThrow('There is no such certificate');
  a.close();
  await joined(A);
});

test('a revocation ends the stream of an agent that has renewed since it connected: the certificate of then was not known any more', async () => {
  const a = await joined(A);
  const serialOf = () => new X509Certificate(a.identity.current()?.chain ?? '').serialNumber.toLowerCase();
  const first = serialOf();
  await rotate('intermediate');
  await expect.poll(serialOf, SLOW).not.toBe(first);
  expect(a.isConnected()).toBe(true);
  const { serials } = await plane.call('POST', '/daybreak/v1/identity/revoke', { serial: serialOf() });
  expect(new Set(serials as string[])).toEqual(new Set([first, serialOf()]));
  await expect.poll(a.reasons, SLOW).toMatch(/16 UNAUTHENTICATED: .*is no longer good: it was revoked at/);
});

test('a root that is removed is distrusted at once: the stream of a proxy below it ends, without a renewal or a restart', async () => {
  const a = await joined(A);
  // It renews nothing any more, but its stream goes on.
  a.identity.close();
  await rotate('root');
  await rotate('skip');
  expect(a.isConnected()).toBe(true);
  await rotate('skip');
  await expect.poll(a.reasons, SLOW).toMatch(/16 UNAUTHENTICATED/);
  expect(a.isConnected()).toBe(false);
});
