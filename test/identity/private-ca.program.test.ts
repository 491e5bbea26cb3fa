import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AuthorityState } from '../../controlplane/identity/authority/describe-authority.ts';
import { startTestPrivateCa, type TestPrivateCa } from '../../controlplane/identity/testing/private-ca.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';
import { startTestAgent } from './testing/test-agent.ts';

// An authority whose root is a subordinate authority in AWS Private CA.

vi.setConfig({ testTimeout: 1_800_000 });

const A = 'mesh/m/virtualNode/a';
/** Longer than the longest wait of an agent whose renewal has failed, which is five minutes. */
const LONG = { timeout: 400_000 };
let ca: TestPrivateCa;
let plane: IdentityPlane;
let flags: readonly string[];
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  ca = await startTestPrivateCa('subordinate');
  env = {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_ENDPOINT_URL_ACM_PCA: ca.endpoint,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  flags = [`--ca-root=acm-pca:${ca.arn}`];
  plane = await startIdentityPlane(flags);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await plane?.remove();
  ca?.close();
});

const state = async () => (await plane.call('GET', '/daybreak/v1/identity')) as unknown as AuthorityState;
const rotate = (what: string) => plane.call('POST', '/daybreak/v1/identity/rotate', { what });
const issued = (): number => ca.calls.filter((each) => each === 'IssueCertificate').length;

test('agents connect below it; the intermediate and the root are replaced by the same steps, also by a root of its own and back', async () => {
  expect((await state()).roots).toMatchObject([{ privateCa: ca.arn }]);
  const agent = await startTestAgent(plane, { node: A, token: await plane.joinToken('a'), file: 'a' });
  await expect.poll(agent.isConnected, LONG).toBe(true);

  const before = issued();
  const first = agent.identity.current()?.chain;
  await rotate('intermediate');
  expect(issued()).toBe(before + 1);
  await expect.poll(() => agent.identity.current()?.chain === first, LONG).toBe(false);
  await expect(rotate('root')).rejects.toThrow('is the root already: start with another --ca-root');

  ca.failure = { status: 400, type: 'AccessDeniedException', message: 'not authorized' };
  await expect(rotate('intermediate')).rejects.toThrow(
    'AWS Private CA does not issue an intermediate: AWS Private CA answered 400 AccessDeniedException',
  );
  // A start needs nothing of AWS while the intermediate lasts.
  agent.close();
  await plane.restart([], env);
  const again = await startTestAgent(plane, { node: A, token: 'used-up', file: 'a' });
  await expect.poll(again.isConnected, LONG).toBe(true);
  await rotate('root');
  await expect.poll(async () => (await state()).rotation, LONG).toBeNull();
  expect((await state()).roots.map(({ privateCa }) => privateCa)).toEqual([undefined]);
  again.close();

  ca.failure = undefined;
  await plane.restart(flags, env);
  const last = await startTestAgent(plane, { node: A, token: 'used-up', file: 'a' });
  await expect.poll(last.isConnected, LONG).toBe(true);
  await rotate('root');
  await expect.poll(async () => (await state()).rotation, LONG).toBeNull();
  expect((await state()).roots).toMatchObject([{ privateCa: ca.arn }]);
  await expect.poll(last.isConnected, LONG).toBe(true);
  await expect.poll(() => last.identity.current()?.roots.match(/BEGIN/g)?.length, LONG).toBe(1);
  last.close();
});

test('an authority that AWS Private CA refuses is not created: one line says why', async () => {
  ca.failure = { status: 400, type: 'AccessDeniedException', message: 'not authorized' };
  try {
    await expect(startIdentityPlane(flags)).rejects.toThrow(
      /AWS Private CA does not return the certificate of the authority: AWS Private CA answered 400 AccessDeniedException: not authorized \(CA_ROOT_UNUSABLE\)/,
    );
  } finally {
    ca.failure = undefined;
  }
  await expect(startIdentityPlane(['--ca-root=acm-pca:x'])).rejects.toThrow(
    /--ca-root="acm-pca:x": acm-pca: and the ARN of an authority/,
  );
});
