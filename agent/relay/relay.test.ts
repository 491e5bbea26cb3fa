import { afterEach, expect, test } from 'vitest';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import { makeSnapshot } from '../../xds/testing/resources.ts';
import { CLUSTER, EXTENSION_CONFIG, LISTENER, ROUTES } from '../../xds/types.ts';
import { createRelayScene } from './testing/relay-scene.ts';

const scene = createRelayScene();
const { controlPlane, relayTo, envoy } = scene;
afterEach(() => scene.close());

const ALL = new Set(['*']);

test('resources reach Envoy, and its ACK reaches the control plane', async () => {
  const { xds, port } = await controlPlane();
  const { relay, socketPath } = await relayTo(port);
  const proxy = envoy(socketPath, false);
  proxy.client.subscribe(CLUSTER, ALL);
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' } }));
  await expect.poll(proxy.contents).toEqual(['a=1']);
  expect(relay.status()).toMatchObject({ connected: true, disconnectedSince: undefined });
  expect(xds.streams()[0]?.node).toMatchObject({
    id: 'n',
    version: 'envoy',
    locality: { region: 'r', zone: 'z' },
  });
  expect(xds.settled('n', CLUSTER)).toBe('pending');
  proxy.updates.forEach((update) => proxy.client.answer(update));
  await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
});

test("Envoy's NACK reaches the control plane with its message, and the relay serves the last good resource again", async () => {
  const { xds, port } = await controlPlane();
  const { relay, socketPath } = await relayTo(port);
  const proxy = envoy(socketPath, false);
  proxy.client.subscribe(CLUSTER, ALL);
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1', b: '1' } }));
  await expect.poll(proxy.contents).toEqual(['a=1', 'b=1']);
  proxy.client.answer(proxy.updates[0] as DeltaUpdate);
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '2', b: '1' } }));
  await expect.poll(proxy.contents).toEqual(['a=1', 'b=1', 'a=2']);
  proxy.client.answer(proxy.updates[1] as DeltaUpdate, 'wrong');
  await expect.poll(() => xds.streams()[0]?.types[0]?.nacked?.message).toBe('wrong');
  await expect.poll(proxy.contents).toEqual(['a=1', 'b=1', 'a=2', 'a=1']);
  expect(relay.status()).toMatchObject({ refusals: 1, refused: 'wrong' });
  // The control plane sends the difference from its latest response.
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '3', b: '1' } }));
  proxy.client.answer(proxy.updates[2] as DeltaUpdate);
  await expect.poll(() => proxy.contents().slice(4)).toEqual(['a=3']);
  proxy.client.answer(proxy.updates[3] as DeltaUpdate);
  await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
  expect(relay.status()).toMatchObject({ refusals: 1, refused: undefined });
});

test('after a NACK of an extension configuration the last good one stays; an unreferenced one is removed last', async () => {
  const { xds, port } = await controlPlane();
  const { socketPath } = await relayTo(port);
  const proxy = envoy(socketPath, false);
  const answerAll = (error?: string) => {
    for (const update of proxy.updates.splice(0)) proxy.client.answer(update, error);
  };
  proxy.client.subscribe(LISTENER, ALL);
  xds.set('n', makeSnapshot({ [LISTENER]: { l: 'with e' }, [EXTENSION_CONFIG]: { e: '1' } }));
  await expect.poll(proxy.contents).toEqual(['l=with e']);
  answerAll();
  proxy.client.subscribe(EXTENSION_CONFIG, new Set(['e']));
  // At first the relay has no resource of this name, and the listener keeps waiting for it.
  await expect.poll(() => proxy.contents().at(-1)).toBe('e=1');
  answerAll();
  await expect.poll(() => xds.settled('n', EXTENSION_CONFIG)).toBe('acked');

  xds.set('n', makeSnapshot({ [LISTENER]: { l: 'with e' }, [EXTENSION_CONFIG]: { e: '2' } }));
  await expect.poll(proxy.contents).toEqual(['e=2']);
  answerAll('e is wrong');
  await expect.poll(() => xds.settled('n', EXTENSION_CONFIG)).toBe('nacked');
  await expect.poll(proxy.contents).toEqual(['e=1']);
  answerAll();

  xds.set('n', makeSnapshot({ [LISTENER]: { l: 'with e' }, [EXTENSION_CONFIG]: { e: '3' } }));
  await expect.poll(proxy.contents).toEqual(['e=3']);
  answerAll();
  await expect.poll(() => xds.settled('n', EXTENSION_CONFIG)).toBe('acked');

  xds.set('n', makeSnapshot({ [LISTENER]: { l: 'without' }, [EXTENSION_CONFIG]: {} }));
  await expect.poll(proxy.contents).toEqual(['l=without']);
  answerAll();
  await expect.poll(proxy.contents).toEqual(['-e']);
});

test('when the control plane disconnects and reconnects, Envoy keeps its stream and receives only the difference', async () => {
  const first = await controlPlane();
  const { relay, socketPath } = await relayTo(first.port);
  const proxy = envoy(socketPath);
  proxy.client.subscribe(CLUSTER, ALL);
  first.xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1', b: '1' } }));
  await expect.poll(proxy.contents).toEqual(['a=1', 'b=1']);
  await expect.poll(() => first.xds.settled('n', CLUSTER)).toBe('acked');
  first.stop();
  await expect.poll(() => relay.status().connected).toBe(false);
  const second = await controlPlane(first.port);
  second.xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1', b: '2' } }));
  await expect.poll(proxy.contents).toEqual(['a=1', 'b=1', 'b=2']);
  expect(proxy.states).toEqual(['connected']);
});

test('an Envoy that reconnects while the control plane is disconnected receives the last good configuration', async () => {
  const { xds, port, stop } = await controlPlane();
  const { relay, socketPath } = await relayTo(port);
  const before = envoy(socketPath);
  before.client.subscribe(CLUSTER, ALL);
  before.client.subscribe(ROUTES, new Set(['r', 's']));
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' }, [ROUTES]: { r: '1', s: '1' } }));
  await expect.poll(before.contents).toEqual(['a=1', 'r=1', 's=1']);
  await expect.poll(() => xds.settled('n', ROUTES)).toBe('acked');
  stop();
  await expect.poll(() => relay.status().connected).toBe(false);
  before.client.close();
  const after = envoy(socketPath);
  after.client.subscribe(CLUSTER, ALL);
  await expect.poll(after.contents).toEqual(['a=1']);
  after.client.subscribe(ROUTES, new Set(['r']));
  await expect.poll(after.contents).toEqual(['a=1', 'r=1']);
  after.client.subscribe(ROUTES, new Set(['r', 's']));
  await expect.poll(after.contents).toEqual(['a=1', 'r=1', 's=1']);
});

test('an update of a type is ACKed only after a reconnected Envoy subscribes to that type', async () => {
  const { xds, port } = await controlPlane();
  const { socketPath } = await relayTo(port);
  const before = envoy(socketPath);
  before.client.subscribe(ROUTES, new Set(['r']));
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' }, [ROUTES]: { r: '1' } }));
  await expect.poll(before.contents).toEqual(['r=1']);
  await expect.poll(() => xds.settled('n', ROUTES)).toBe('acked');
  before.client.close();
  const after = envoy(socketPath);
  after.client.subscribe(CLUSTER, ALL);
  await expect.poll(after.contents).toEqual(['a=1']);
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '2' }, [ROUTES]: { r: '2' } }));
  await expect.poll(after.contents).toEqual(['a=1', 'a=2']);
  const routes = () => xds.streams()[0]?.types.find(({ typeUrl }) => typeUrl === ROUTES);
  await expect.poll(() => routes()?.outstanding).toBeDefined();
  expect(routes()?.settled).toBe('pending');
  after.client.subscribe(ROUTES, new Set(['r']));
  await expect.poll(after.contents).toEqual(['a=1', 'a=2', 'r=2']);
  await expect.poll(() => routes()?.settled).toBe('acked');
});

test('when Envoy unsubscribes from a resource, so does the relay', async () => {
  const { xds, port } = await controlPlane();
  const { socketPath } = await relayTo(port);
  const proxy = envoy(socketPath);
  xds.set('n', makeSnapshot({ [ROUTES]: { r: '1', s: '1' } }));
  proxy.client.subscribe(ROUTES, new Set(['r', 's']));
  await expect.poll(proxy.contents).toEqual(['r=1', 's=1']);
  proxy.client.subscribe(ROUTES, new Set(['s']));
  await expect.poll(() => xds.streams()[0]?.types[0]?.resources).toBe(1);
});
