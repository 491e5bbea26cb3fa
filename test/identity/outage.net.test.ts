import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../lab/until.ts';
import { openOutageScene, type OutageScene } from './testing/outage-scene.ts';

// Two real Envoys in a STRICT mesh start again while their control plane is away. Their certificates of 72 hours are as old as the outage.

const HOUR = 3_600_000;

let scene: OutageScene;
beforeAll(async () => {
  scene = await openOutageScene(`outage-${process.pid}`);
}, 240_000);
afterAll(() => scene?.close());

const calls = (wanted: string) =>
  until(`new connections: ${wanted}`, async () => (await scene.call()) === wanted, {
    limitMs: 90_000,
    everyMs: 500,
  });

test('a proxy whose control plane has been away for 24 hours serves, also after a restart', {
  timeout: 240_000,
}, async () => {
  await scene.startAgain(24 * HOUR, 0);
  await calls('hello');
  const { identity, problems } = await scene.statusOf('server');
  expect(identity.state).toBe('held');
  expect(identity.acceptsExpiredUntil).toBeUndefined();
  expect(problems.map(({ code }) => code)).not.toContain('IDENTITY_BREAK_GLASS');
});

test('past the life of its certificate new connections fail', { timeout: 240_000 }, async () => {
  await scene.startAgain(72 * HOUR - 40_000, 0);
  // Envoy's clock and the agent's need not tick at once.
  await until(
    'the certificate has ended',
    async () => (await scene.statusOf('server')).identity.state === 'ended',
  );
  await calls('refused');
});

test('past the life of its certificate it serves if the mesh allows it, and says so', {
  timeout: 240_000,
}, async () => {
  await scene.startAgain(73 * HOUR, 24);
  await calls('hello');
  const { identity, problems } = await scene.statusOf('server');
  expect(identity).toMatchObject({ state: 'ended', acceptsExpiredUntil: expect.any(String) as string });
  expect(problems.map(({ code }) => code)).toContain('IDENTITY_BREAK_GLASS');
  expect(await scene.metrics('client')).toContain('\ndaybreak_agent_identity_accepts_expired 1\n');
  expect(await scene.log('client')).toContain('expired certificates of the mesh are accepted');
});

test('the acceptance of expired certificates ends by itself', { timeout: 240_000 }, async () => {
  // Certificates begin five minutes before their issue.
  await scene.startAgain(96 * HOUR + 5 * 60_000 - 60_000, 24);
  await calls('hello');
  await calls('refused');
  await until('the caller accepts none', async () => {
    const { identity } = await scene.statusOf('client');
    return identity.acceptsExpiredUntil === undefined;
  });
});
