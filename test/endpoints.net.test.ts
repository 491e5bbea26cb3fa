import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openEndpointsScene, type EndpointsScene } from './testing/endpoints-scene.ts';

// An agent with control planes that cannot be reached, each in its own way. `npm run bench -- reconnect` says how long it takes.

const LIMIT = { timeout: 60_000 };

let scene: EndpointsScene;
beforeAll(async () => {
  scene = await openEndpointsScene('endpoints');
});
afterAll(() => scene?.close());
afterEach(() => scene.reset());

test(
  'a first control plane whose packets are dropped does not keep an agent from the second',
  LIMIT,
  async () => {
    await scene.drop(scene.mute);
    scene.start(scene.mute, scene.control);
    await expect.poll(scene.isLive, LIMIT).toBe(true);
  },
);

test(
  'a first control plane that accepts connections and says nothing does not keep an agent from the second',
  LIMIT,
  async () => {
    scene.start(scene.mute, scene.control);
    await expect.poll(scene.isLive, LIMIT).toBe(true);
  },
);

test('an agent notices that the network drops its packets, and is back when it does not any more', {
  timeout: 180_000,
}, async () => {
  const agent = scene.start(scene.control);
  await expect.poll(scene.isLive, LIMIT).toBe(true);
  await scene.drop(scene.control);
  await expect.poll(scene.connection, LIMIT).toBe('NOT_CONNECTED');
  // Silence is met at least once, so that TCP is asked first from then on.
  await agent.line(/no TCP connection within/, 60_000);
  await scene.drop(scene.control, '-D');
  await expect.poll(scene.connection, LIMIT).toBe('CONNECTED');
});
