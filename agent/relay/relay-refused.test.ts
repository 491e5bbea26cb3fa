import { afterEach, expect, test } from 'vitest';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import { makeSnapshot } from '../../xds/testing/resources.ts';
import { CLUSTER, LISTENER } from '../../xds/types.ts';
import { createRelayScene } from './testing/relay-scene.ts';

const scene = createRelayScene();
const { controlPlane, relayTo, envoy } = scene;
afterEach(() => scene.close());

const ALL = new Set(['*']);
const TAKEN = "Error adding/updating listener(s) l7: cannot bind '0.0.0.0:80': Address already in use\n";

/** Answers updates as Envoy does: it applies all of an update but the contents that are `bad`, and then refuses the update. */
function applying(proxy: ReturnType<typeof envoy>, words = 'it is wrong') {
  const inForce = new Map<string, string>();
  const bad = new Set<string>();
  let answered = 0;
  const answer = (): void => {
    for (const update of proxy.updates.slice(answered)) {
      answered += 1;
      const refused = update.resources.filter((each) => bad.has(contentOf(each)));
      for (const each of update.resources)
        if (!refused.includes(each)) inForce.set(each.name, contentOf(each));
      for (const name of update.removed) inForce.delete(name);
      proxy.client.answer(update, refused.length > 0 ? words : undefined);
    }
  };
  const timer = setInterval(answer, 5);
  return { inForce, bad, stop: () => clearInterval(timer) };
}

/** Content of a resource of `makeSnapshot`. */
function contentOf({ any }: { readonly any: Uint8Array }): string {
  return Buffer.from(any).toString().split('\x12').at(-1)?.slice(1) ?? '';
}

const listeners = (count: number, content: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, content(index)]));

test.each([
  ['which names the refused listener', TAKEN],
  ['without a name', 'it is wrong'],
])('of a first configuration that Envoy refuses, all that it applied is kept: a message %s', async (_, words) => {
  const { xds, port } = await controlPlane();
  const { relay, socketPath } = await relayTo(port);
  const proxy = envoy(socketPath, false);
  const actual = applying(proxy, words);
  try {
    actual.bad.add('l7=1');
    proxy.client.subscribe(LISTENER, ALL);
    xds.set('n', makeSnapshot({ [LISTENER]: listeners(20, () => '1') }));
    await expect.poll(() => relay.kept().isWhole && relay.kept().types.get(LISTENER)?.size).toBe(19);
    expect(relay.kept().types.get(LISTENER)?.has('l7')).toBe(false);
    expect(xds.settled('n', LISTENER)).toBe('nacked');
    expect(relay.status()).toMatchObject({
      refusals: 1,
      refused: expect.stringContaining(words.trim().slice(0, 9)) as unknown,
    });

    // A later update of another listener is accepted and kept, although that one is still refused.
    xds.set('n', makeSnapshot({ [LISTENER]: listeners(20, (index) => (index === 3 ? '2' : '1')) }));
    await expect.poll(() => actual.inForce.get('l3')).toBe('l3=2');
    const versions = () => relay.kept().types.get(LISTENER)?.get('l3')?.any;
    await expect.poll(() => versions() && contentOf({ any: versions() as Uint8Array })).toBe('l3=2');

    xds.set('n', makeSnapshot({ [LISTENER]: listeners(20, () => '3') }));
    await expect.poll(() => xds.settled('n', LISTENER)).toBe('acked');
    expect(relay.kept().types.get(LISTENER)?.size).toBe(20);
    expect(relay.status().refused).toBeUndefined();
  } finally {
    actual.stop();
  }
});

test('of a refused update, the new resources that Envoy applied stay in force and are kept, the refused one stays as it was, and a removed one is gone', async () => {
  const { xds, port } = await controlPlane();
  const { relay, socketPath } = await relayTo(port);
  const proxy = envoy(socketPath, false);
  const actual = applying(proxy, 'Error adding/updating cluster(s) b: no such thing');
  const kept = () =>
    Array.from(relay.kept().types.get(CLUSTER)?.values() ?? [], contentOf)
      .toSorted()
      .join(' ');
  try {
    proxy.client.subscribe(CLUSTER, ALL);
    xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1', b: '1', c: '1', d: '1' } }));
    await expect.poll(kept).toBe('a=1 b=1 c=1 d=1');
    actual.bad.add('b=2');
    xds.set('n', makeSnapshot({ [CLUSTER]: { a: '2', b: '2', c: '2' } }));
    await expect.poll(kept).toBe('a=2 b=1 c=2');
    await expect.poll(() => relay.kept().isWhole).toBe(true);
    expect([...actual.inForce.values()].toSorted().join(' ')).toBe('a=2 b=1 c=2');
    // Accepted resources were sent once more at most, and never taken back.
    expect(proxy.contents().filter((each) => each === 'a=1' || each === 'c=1')).toHaveLength(2);

    xds.set('n', makeSnapshot({ [CLUSTER]: { a: '2', b: '3', c: '2' } }));
    await expect.poll(kept).toBe('a=2 b=3 c=2');
    await expect.poll(() => relay.status().refused).toBeUndefined();
  } finally {
    actual.stop();
  }
});

test('two refused resources of many are found, and an Envoy that starts anew is served what the last one applied', async () => {
  const { xds, port, stop } = await controlPlane();
  const { relay, socketPath } = await relayTo(port);
  const proxy = envoy(socketPath, false);
  const actual = applying(proxy);
  try {
    for (const each of ['l2=1', 'l11=1']) actual.bad.add(each);
    proxy.client.subscribe(LISTENER, ALL);
    xds.set('n', makeSnapshot({ [LISTENER]: listeners(30, () => '1') }));
    await expect.poll(() => relay.kept().types.get(LISTENER)?.size).toBe(28);
    await expect.poll(() => relay.kept().isWhole).toBe(true);
    stop();
    await expect.poll(() => relay.status().connected).toBe(false);
  } finally {
    actual.stop();
  }
  proxy.client.close();
  const next = envoy(socketPath, false);
  const nextActual = applying(next);
  try {
    for (const each of ['l2=1', 'l11=1']) nextActual.bad.add(each);
    next.client.subscribe(LISTENER, ALL);
    await expect.poll(() => nextActual.inForce.size).toBe(28);
    await expect.poll(() => relay.kept().types.get(LISTENER)?.size).toBe(28);
  } finally {
    nextActual.stop();
  }
});

test('a refused resource that is removed while the agent looks for it leaves nothing without an answer', async () => {
  const { xds, port } = await controlPlane();
  const { relay, socketPath } = await relayTo(port);
  const proxy = envoy(socketPath, false);
  const answer = (index: number, error?: string) =>
    proxy.client.answer(proxy.updates[index] as DeltaUpdate, error);
  proxy.client.subscribe(LISTENER, ALL);
  xds.set('n', makeSnapshot({ [LISTENER]: { a: '1', b: '1' } }));
  await expect.poll(() => proxy.updates.length).toBe(1);
  answer(0, 'it is wrong');
  // The first group is a alone. It is removed before Envoy answers.
  await expect.poll(proxy.contents).toEqual(['a=1', 'b=1', 'a=1']);
  xds.set('n', makeSnapshot({ [LISTENER]: { b: '1' } }));
  await expect.poll(() => [...relay.served(LISTENER)].length).toBe(1);
  let answered = 1;
  await expect
    .poll(() => {
      while (answered < proxy.updates.length) answer(answered++);
      return xds.settled('n', LISTENER);
    })
    .not.toBe('pending');
  await expect.poll(() => relay.kept().isWhole).toBe(true);
  expect([...(relay.kept().types.get(LISTENER)?.keys() ?? [])]).toEqual(['b']);
});
