import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openEndpointsScene, type EndpointsScene } from './testing/endpoints-scene.ts';

// An agent whose control planes are unreachable in different ways. `npm run bench -- reconnect` measures how long it takes.

const LIMIT = { timeout: 120_000 };

let scene: EndpointsScene;
beforeAll(async () => {
  scene = await openEndpointsScene('endpoints');
});
afterAll(() => scene?.close());
afterEach(() => scene.reset());

test('a first control plane whose packets are dropped does not prevent a connection to the second', async () => {
  await scene.drop(scene.mute);
  scene.start(scene.mute, scene.control);
  await expect.poll(scene.isLive, LIMIT).toBe(true);
});

test('a first control plane that accepts connections and never answers does not prevent a connection to the second', async () => {
  scene.start(scene.mute, scene.control);
  await expect.poll(scene.isLive, LIMIT).toBe(true);
});

test('an agent notices that the network drops its packets, and reconnects after the network recovers', {
  timeout: 600_000,
}, async () => {
  const agent = scene.start(scene.control);
  await expect.poll(scene.isLive, LIMIT).toBe(true);
  await scene.drop(scene.control);
  await expect.poll(scene.connection, LIMIT).toBe('NOT_CONNECTED');
  // After a first time-out the agent tests the TCP connection before it connects.
  await agent.line(/no TCP connection within/);
  await scene.drop(scene.control, '-D');
  await expect.poll(scene.connection, LIMIT).toBe('CONNECTED');
});
