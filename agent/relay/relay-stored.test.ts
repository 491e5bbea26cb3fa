import { afterEach, expect, test } from 'vitest';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import { makeResource, makeSnapshot } from '../../xds/testing/resources.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, SECRET } from '../../xds/types.ts';
import type { StoredConfig } from '../state/state-format.ts';
import { resourcesOf, storedConfig } from '../state/testing/stored-config.ts';
import { createRelayScene } from './testing/relay-scene.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const scene = createRelayScene();
const { controlPlane, relayTo, envoy, countedLink } = scene;
afterEach(() => scene.close());

const ALL = new Set(['*']);
const TYPES = { [CLUSTER]: { a: '1', b: '1' }, [LISTENER]: { l: '1' }, [ROUTES]: { r: '1', s: '1' } };
const ALL_CONTENTS = ['a=1', 'b=1', 'l=1', 'r=1', 's=1'];
const stored = (some: Partial<StoredConfig> = {}) =>
  storedConfig({ types: resourcesOf(TYPES), withoutKeys: [], ...some });

/** Subscribes to all types as Envoy does: routes one after the other. */
function subscribeToAll(proxy: ReturnType<typeof envoy>): void {
  proxy.client.subscribe(CLUSTER, ALL);
  proxy.client.subscribe(LISTENER, ALL);
  proxy.client.subscribe(ROUTES, new Set(['r']));
  proxy.client.subscribe(ROUTES, new Set(['r', 's']));
}

/** A port without a listener. */
async function portOfNothing(): Promise<number> {
  const { port, stop } = await controlPlane();
  stop();
  return port;
}

test('without a control plane, Envoy receives the configuration from disk, and the status counts from when it was live', async () => {
  const { relay, socketPath } = await relayTo(await portOfNothing(), { stored: stored() });
  const proxy = envoy(socketPath);
  subscribeToAll(proxy);
  await expect.poll(() => proxy.contents().toSorted()).toEqual(ALL_CONTENTS);
  const { liveAt } = stored();
  expect(relay.status()).toMatchObject({
    configuration: 'last good',
    connected: false,
    disconnectedSince: liveAt,
  });
  expect(relay.kept()).toMatchObject({ liveAt, isLive: false });
});

test('a time in the future, of a clock that was set back, counts as now', async () => {
  const future = stored({ liveAt: new Date(Date.now() + 3_600_000) });
  const { relay } = await relayTo(await portOfNothing(), { stored: future });
  expect(relay.status().disconnectedSince?.getTime()).toBeLessThanOrEqual(Date.now());
});

test('a control plane whose configuration is the one from disk sends no resource, and less than 4 kB', async () => {
  const { xds, port } = await controlPlane();
  const large = {
    [CLUSTER]: { a: '1'.repeat(100_000) },
    [LISTENER]: { l: '1' },
    [ROUTES]: { r: '1', s: '1' },
  };
  xds.set('n', makeSnapshot(large));
  const link = await countedLink(port);
  const { relay, socketPath } = await relayTo(link.port, { stored: stored({ types: resourcesOf(large) }) });
  const proxy = envoy(socketPath);
  subscribeToAll(proxy);
  const settled = () => [CLUSTER, LISTENER, ROUTES].map((typeUrl) => xds.settled('n', typeUrl));
  await expect.poll(settled).toEqual(['acked', 'acked', 'acked']);
  await expect.poll(() => proxy.contents().length).toBe(4);
  expect(xds.streams()[0]?.types.map(({ acked }) => acked)).toEqual([undefined, undefined, undefined]);
  expect(link.bytes()).toBeLessThan(4096);
  // Nothing was accepted on this connection, so it takes a moment until the configuration counts as the control plane's.
  await expect
    .poll(() => relay.status())
    .toMatchObject({ configuration: 'live', disconnectedSince: undefined });
});

test.skipIf(SHORT_FORM)(
  'only the difference travels, removals included, and is kept after the ACK',
  async () => {
    const { xds, port } = await controlPlane();
    xds.set('n', makeSnapshot({ ...TYPES, [CLUSTER]: { a: '2' } }));
    let changes = 0;
    const { relay, socketPath } = await relayTo(port, {
      stored: stored(),
      onKeptChange: () => (changes += 1),
    });
    const proxy = envoy(socketPath);
    subscribeToAll(proxy);
    await expect.poll(() => proxy.contents().toSorted()).toEqual(['-b', ...ALL_CONTENTS, 'a=2'].toSorted());
    await expect.poll(() => relay.kept().types.get(CLUSTER)?.size).toBe(1);
    await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
    expect(changes).toBeGreaterThan(0);
    expect(relay.kept()).toMatchObject({ isLive: true, isWhole: true });
  },
);

test('with a configuration from disk, Envoy runs on the last good one until it has accepted an update of the control plane', async () => {
  const { xds, port } = await controlPlane();
  xds.set('n', makeSnapshot({ ...TYPES, [LISTENER]: { l: '2' } }));
  const { relay, socketPath } = await relayTo(port, { stored: stored() });
  const proxy = envoy(socketPath, false);
  proxy.client.subscribe(LISTENER, ALL);
  await expect.poll(proxy.contents).toContain('l=2');
  expect(relay.status()).toMatchObject({ connected: true, configuration: 'last good' });
  for (const update of proxy.updates) proxy.client.answer(update);
  await expect.poll(() => relay.status().configuration).toBe('live');
});

test('a configuration that Envoy waits for is not whole', async () => {
  const { relay, socketPath } = await relayTo(await portOfNothing(), { stored: stored() });
  const proxy = envoy(socketPath);
  subscribeToAll(proxy);
  await expect.poll(() => proxy.contents().toSorted()).toEqual(ALL_CONTENTS);
  expect(relay.kept().isWhole).toBe(true);
  proxy.client.subscribe(ENDPOINTS, new Set(['e']));
  await expect.poll(() => relay.kept().isWhole).toBe(false);
});

test('Envoy rejects a listener from disk before the control plane is there: it then gets all listeners of the control plane', async () => {
  const first = await controlPlane();
  first.stop();
  const { relay, socketPath } = await relayTo(first.port, { stored: stored() });
  const proxy = envoy(socketPath, false);
  proxy.client.subscribe(LISTENER, ALL);
  await expect.poll(proxy.contents).toEqual(['l=1']);
  proxy.client.answer(proxy.updates[0] as DeltaUpdate, 'l is wrong');
  await expect.poll(() => relay.status()).toMatchObject({ refusals: 1, refused: 'l is wrong' });
  expect(relay.kept().types.get(LISTENER)?.size).toBe(1);

  const { xds } = await controlPlane(first.port);
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '1' } }));
  await expect.poll(() => xds.settled('n', LISTENER)).toBe('nacked');
  expect(xds.streams()[0]?.types[0]?.nacked?.message).toBe('l is wrong');
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '2' } }));
  await expect.poll(proxy.contents).toEqual(['l=1', 'l=2']);
  proxy.client.answer(proxy.updates[1] as DeltaUpdate);
  await expect.poll(() => xds.settled('n', LISTENER)).toBe('acked');
  expect(relay.status().refused).toBeUndefined();
});

test('Envoy rejects a listener from disk while the control plane is connected: the control plane learns of it', async () => {
  const { xds, port } = await controlPlane();
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '1' } }));
  const { relay, socketPath } = await relayTo(port, { stored: stored() });
  const proxy = envoy(socketPath, false);
  proxy.client.subscribe(LISTENER, ALL);
  await expect.poll(proxy.contents).toEqual(['l=1']);
  await expect.poll(() => relay.status().connected).toBe(true);
  proxy.client.answer(proxy.updates[0] as DeltaUpdate, 'l is wrong');
  await expect.poll(() => xds.settled('n', LISTENER)).toBe('nacked');
});

test('a NACK of a listener from disk does not reject the newer one that is on its way', async () => {
  const { xds, port } = await controlPlane();
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '2' } }));
  const { relay, socketPath } = await relayTo(port, { stored: stored() });
  const proxy = envoy(socketPath, false);
  proxy.client.subscribe(LISTENER, ALL);
  await expect.poll(proxy.contents).toContain('l=1');
  const { version } = makeResource(LISTENER, 'l', '2');
  await expect.poll(() => Array.from(relay.served(LISTENER), (each) => each.version)).toEqual([version]);
  proxy.client.answer(proxy.updates[0] as DeltaUpdate, 'l is wrong');
  await expect.poll(proxy.contents).toEqual(['l=1', 'l=2']);
  expect(xds.settled('n', LISTENER)).toBe('pending');
  proxy.client.answer(proxy.updates[1] as DeltaUpdate);
  await expect.poll(() => xds.settled('n', LISTENER)).toBe('acked');
  expect(relay.status()).toMatchObject({ refusals: 0, refused: undefined });
});

const TRUST = { [SECRET]: { trust: '1' } };

test('secrets without their keys: Envoy is told that there are none once the control plane is known to be away', async () => {
  const types = resourcesOf({ ...TYPES, ...TRUST });
  const { relay, socketPath } = await relayTo(await portOfNothing(), {
    stored: stored({ types, withoutKeys: ['cert'] }),
  });
  const proxy = envoy(socketPath);
  proxy.client.subscribe(SECRET, new Set(['cert', 'trust']));
  await expect.poll(proxy.contents).toEqual(['trust=1', '-cert']);
  expect(relay.status().withoutKeys).toEqual(['cert']);
  expect(relay.kept().withoutKeys).toEqual(['cert']);
});

test('secrets without their keys: Envoy waits for a control plane that answers at once', async () => {
  const { xds, port } = await controlPlane();
  const secrets = new Map(['cert', 'trust'].map((name) => [name, makeResource(SECRET, name, '1')]));
  xds.set('n', new Map([[SECRET, { resources: secrets }]]));
  const { relay, socketPath } = await relayTo(port, {
    stored: stored({ types: resourcesOf({ ...TYPES, ...TRUST }), withoutKeys: ['cert'] }),
  });
  const proxy = envoy(socketPath);
  proxy.client.subscribe(SECRET, new Set(['cert', 'trust']));
  await expect.poll(() => proxy.contents().toSorted()).toEqual(['cert=1', 'trust=1']);
  expect(relay.status().withoutKeys).toEqual([]);
});
