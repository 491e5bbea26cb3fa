import { afterEach, expect, test } from 'vitest';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import { makeSnapshot } from '../../xds/testing/resources.ts';
import { CLUSTER, ENDPOINTS, LISTENER } from '../../xds/types.ts';
import { createRelayScene } from './testing/relay-scene.ts';

// Two Envoys of one agent, as while a hot restart hands over from one to the next.

const scene = createRelayScene();
const { controlPlane, relayTo, envoy } = scene;
afterEach(() => scene.close());

const ALL = new Set(['*']);
const listener = (version: string) => makeSnapshot({ [LISTENER]: { l: version } });

/** A control plane with one listener, a relay, and an Envoy that has accepted the listener. */
async function start(version = '1') {
  const { xds, port } = await controlPlane();
  xds.set('n', listener(version));
  const { relay, socketPath } = await relayTo(port);
  const old = envoy(socketPath);
  old.client.subscribe(LISTENER, ALL);
  await expect.poll(() => xds.settled('n', LISTENER)).toBe('acked');
  return { xds, relay, socketPath, old };
}

test('an update reaches both Envoys, and the newer one decides', async () => {
  const { xds, relay, socketPath, old } = await start();
  const next = envoy(socketPath, false);
  next.client.subscribe(LISTENER, ALL);
  await expect.poll(next.contents).toEqual(['l=1']);
  next.client.answer(next.updates[0] as DeltaUpdate);

  xds.set('n', listener('2'));
  await expect.poll(old.contents).toEqual(['l=1', 'l=2']);
  await expect.poll(next.contents).toEqual(['l=1', 'l=2']);
  expect(xds.settled('n', LISTENER)).toBe('pending');
  next.client.answer(next.updates[1] as DeltaUpdate);
  await expect.poll(() => xds.settled('n', LISTENER)).toBe('acked');
  expect(relay.status()).toMatchObject({ refusals: 0, connected: true });
});

test('a NACK of the older Envoy has no effect', async () => {
  const { xds, relay, socketPath, old } = await start();
  const next = envoy(socketPath);
  next.client.subscribe(LISTENER, ALL);
  await expect.poll(next.contents).toEqual(['l=1']);
  // The old Envoy does not answer by itself any more.
  old.client.close();
  const older = envoy(socketPath, false);
  older.client.subscribe(LISTENER, ALL);
  await expect.poll(older.contents).toEqual(['l=1']);
  const newest = envoy(socketPath);
  newest.client.subscribe(LISTENER, ALL);
  await expect.poll(newest.contents).toEqual(['l=1']);

  xds.set('n', listener('2'));
  await expect.poll(older.contents).toEqual(['l=1', 'l=2']);
  older.client.answer(older.updates[1] as DeltaUpdate, 'an old Envoy does not know this');
  await expect.poll(() => xds.settled('n', LISTENER)).toBe('acked');
  expect(relay.status()).toMatchObject({ refusals: 0, refused: undefined });
});

test('if the newer Envoy ends, the older one decides again, with what it had subscribed to', async () => {
  const { xds, socketPath, old } = await start();
  old.client.subscribe(CLUSTER, ALL);
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '1' }, [CLUSTER]: { c: '1' } }));
  await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
  const next = envoy(socketPath, false);
  next.client.subscribe(LISTENER, ALL);
  await expect.poll(next.contents).toEqual(['l=1']);
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '2' }, [CLUSTER]: { c: '1' } }));
  await expect.poll(next.contents).toEqual(['l=1', 'l=2']);
  expect(xds.settled('n', LISTENER)).toBe('pending');
  next.client.close();
  await expect.poll(() => xds.settled('n', LISTENER)).toBe('acked');
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '2' }, [CLUSTER]: { c: '2' } }));
  await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
  expect(old.contents()).toContain('c=2');
});

test('a name that only the older Envoy drops stays available to the newer one', async () => {
  const { xds, socketPath, old } = await start();
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '1' }, [ENDPOINTS]: { e: '1' } }));
  old.client.subscribe(ENDPOINTS, new Set(['e']));
  await expect.poll(() => xds.settled('n', ENDPOINTS)).toBe('acked');
  const next = envoy(socketPath);
  next.client.subscribe(LISTENER, ALL);
  next.client.subscribe(ENDPOINTS, new Set(['e']));
  await expect.poll(() => next.contents().toSorted()).toEqual(['e=1', 'l=1']);
  old.client.subscribe(ENDPOINTS, new Set());
  xds.set('n', makeSnapshot({ [LISTENER]: { l: '1' }, [ENDPOINTS]: { e: '2' } }));
  await expect.poll(() => next.contents().toSorted()).toEqual(['e=1', 'e=2', 'l=1']);
});
