import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { AuthorityState } from '../../controlplane/identity/authority/describe-authority.ts';
import type { IssuedEntry } from '../../controlplane/identity/issued.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';
import { runDaybreak } from './testing/run-daybreak.ts';
import { startTestAgent, type TestAgent } from './testing/test-agent.ts';

// A store is restored from a backup that is older than certificates, or than a root.

vi.setConfig({ testTimeout: 1_200_000 });

const A = 'mesh/m/virtualNode/a';
/** Longer than the longest wait of an agent whose renewal has failed, which is five minutes. */
const SLOW = { timeout: 400_000, interval: 250 };
const DAYBREAK = join(import.meta.dirname, '../../cli/main.ts');

let plane: IdentityPlane;
let agent: TestAgent | undefined;
beforeAll(async () => {
  plane = await startIdentityPlane();
  await runDaybreak(plane, 'backup', join(plane.folder, 'old.backup'));
});
afterAll(() => plane?.remove());
afterEach(() => agent?.close());

async function started(token: string): Promise<TestAgent> {
  agent?.close();
  agent = await startTestAgent(plane, { node: A, token, file: 'a.identity' });
  await expect.poll(agent.isConnected, SLOW).toBe(true);
  return agent;
}

async function restored(): Promise<void> {
  agent?.close();
  await plane.plane().stop();
  const args = [
    'restore',
    join(plane.folder, 'old.backup'),
    '--data',
    join(plane.folder, 'data'),
    '--replace',
  ];
  await execa(process.execPath, [DAYBREAK, ...args]);
  await plane.restart();
}

type State = AuthorityState & { readonly certificates: readonly IssuedEntry[] };
const state = async (): Promise<State> => (await plane.call('GET', '/daybreak/v1/identity')) as State;
const rotate = (what: string) => plane.call('POST', '/daybreak/v1/identity/rotate', { what });
const serials = async () => (await state()).certificates.map(({ serial }) => serial);

test('an agent with a certificate that was issued after the backup renews it: a rotation knew nothing of it, and did not wait', async () => {
  const { identity } = await started(await plane.joinToken('a'));
  const { key } = identity.current() ?? {};
  expect(await serials()).toHaveLength(1);
  await restored();
  expect(await serials()).toEqual([]);
  expect((await state()).unknownUntil).not.toBeNull();
  const again = await started('used-up');
  await expect.poll(serials, SLOW).toHaveLength(1);
  await expect.poll(() => again.identity.current()?.key, SLOW).not.toBe(key);
  expect((await state()).certificates[0]?.state).toBe('current');
});

test('an agent with a certificate below a root of after the backup needs a new proof, and then has the root of the backup', async () => {
  const [before] = (await state()).roots;
  for (const what of ['root', 'skip', 'skip']) await rotate(what);
  await started(await plane.joinToken('a'));
  expect((await state()).roots[0]?.fingerprint).not.toBe(before?.fingerprint);
  await restored();
  expect((await state()).roots[0]?.fingerprint).toBe(before?.fingerprint);
  await started(await plane.joinToken('a'));
  await expect.poll(async () => (await state()).certificates[0]?.state, SLOW).toBe('current');
});
