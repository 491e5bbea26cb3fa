import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../lab/until.ts';
import { openOutageScene, type OutageScene } from './testing/outage-scene.ts';

// Two real Envoys in a STRICT mesh start again while their control plane is away. Their certificates of 72 hours are as old as the outage.

const HOUR = 3_600_000;

let scene: OutageScene;
beforeAll(async () => {
  scene = await openOutageScene(`outage-${process.pid}`);
});
afterAll(() => scene?.close());

const calls = (wanted: string, laterMs = 0) =>
  until(`new connections: ${wanted}`, async () => (await scene.call()) === wanted, {
    limitMs: 120_000 + laterMs,
    everyMs: 500,
  });

test('a proxy whose control plane has been away for 24 hours serves, also after a restart', {
  timeout: 600_000,
}, async () => {
  await scene.startAgain(24 * HOUR, 0);
  await calls('hello');
  const { identity, problems } = await scene.statusOf('server');
  expect(identity.state).toBe('held');
  expect(identity.acceptsExpiredUntil).toBeUndefined();
  expect(problems.map(({ code }) => code)).not.toContain('IDENTITY_BREAK_GLASS');
});

test('past the life of its certificate new connections fail', { timeout: 600_000 }, async () => {
  await scene.startAgain(72 * HOUR - 40_000, 0);
  // Envoy's clock and the agent's need not tick at once.
  await until(
    'the certificate has ended',
    async () => (await scene.statusOf('server')).identity.state === 'ended',
  );
  await calls('refused');
});

test('past the life of its certificate it serves if the mesh allows it, and says so', {
  timeout: 600_000,
}, async () => {
  await scene.startAgain(73 * HOUR, 24);
  await calls('hello');
  const { identity, problems } = await scene.statusOf('server');
  expect(identity).toMatchObject({ state: 'ended', acceptsExpiredUntil: expect.any(String) as string });
  expect(problems.map(({ code }) => code)).toContain('IDENTITY_BREAK_GLASS');
  expect(await scene.metrics('client')).toContain('\ndaybreak_agent_identity_accepts_expired 1\n');
  await expect.poll(() => scene.log('client')).toContain('expired certificates of the mesh are accepted');
});

test('the acceptance of expired certificates ends by itself', { timeout: 1_800_000 }, async () => {
  // A slow machine may need more time to start both agents than a short remainder of the acceptance lasts.
  let leftMs = 60_000;
  for (; ; leftMs *= 2) {
    const end = Date.now() + leftMs;
    // Certificates begin five minutes before their issue.
    await scene.startAgain(96 * HOUR + 5 * 60_000 - leftMs, 24);
    let word = await scene.call();
    while (word !== 'hello' && Date.now() < end) word = await scene.call();
    if (word === 'hello') break;
    expect(leftMs, 'no call before the end of the acceptance').toBeLessThan(400_000);
  }
  await calls('refused', leftMs);
  await until('the caller accepts none', async () => {
    const { identity } = await scene.statusOf('client');
    return identity.acceptsExpiredUntil === undefined;
  });
});
