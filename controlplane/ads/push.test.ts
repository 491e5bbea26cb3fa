import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StreamStatus, TypeStatus } from '../../xds/status.ts';
import { createXdsServer } from '../../xds/server.ts';
import { CLUSTER, ROUTES } from '../../xds/types.ts';
import { createProgress } from './progress.ts';
import { followPush, type MeshProgress } from './push.ts';

const MESH = { owner: '1', mesh: 'colors' };
const START = { mesh: MESH, revision: 7, since: 1_700_000_000_000, begin: 1000 };
const keyOf = (name: string): string => JSON.stringify({ identity: { mesh: 'colors', name } });

function type(typeUrl: TypeStatus['typeUrl'], settled: TypeStatus['settled']): TypeStatus {
  const nacked = settled === 'nacked' ? { version: '2', message: 'no such cluster', at: 0 } : undefined;
  return { typeUrl, resources: 1, settled, acked: undefined, outstanding: undefined, nacked, held: () => '' };
}

function stream(id: number, key: string, settled: TypeStatus['settled']): StreamStatus {
  const node = {
    id: key,
    cluster: '',
    version: '',
    metadata: {},
    locality: undefined,
    features: [],
  };
  const types = [type(CLUSTER, 'acked'), type(ROUTES, settled)];
  return { id, key, node, variant: 'delta', peer: `10.0.0.${id}:1`, connectedAt: 0, types };
}

/** Streams of some keys, which the test changes, and the keys that were asked for. */
function world(keys: readonly string[]) {
  const streams = new Map(keys.map((key, index) => [key, [stream(index + 1, key, 'pending')]]));
  const asked: string[] = [];
  const read: (readonly number[])[] = [];
  const streamsOf = (key: string, ids?: ReadonlySet<number>): readonly StreamStatus[] => {
    asked.push(key);
    const found = (streams.get(key) ?? []).filter(({ id }) => ids === undefined || ids.has(id));
    read.push(found.map(({ id }) => id));
    return found;
  };
  const idsOf = (key: string): readonly number[] => (streams.get(key) ?? []).map(({ id }) => id);
  const byId = (key: string, ids?: ReadonlySet<number>) =>
    new Map(streamsOf(key, ids).map((each) => [each.id, each]));
  const touched = new Map(keys.map((key, index) => [key, [index + 1]]));
  return { streams, asked, read, streamsOf, idsOf, byId, touched };
}

describe('a push', () => {
  it('is done when each stream sent an ACK, sent a NACK, or ended', () => {
    const [a, b, c] = [keyOf('a'), keyOf('b'), keyOf('c')];
    const { streams, byId, touched } = world([a, b, c]);
    const push = followPush(START, touched, byId);
    expect(push.progress(2000)).toMatchObject({ touched: 3, acknowledged: 0, done: false });
    streams.set(a, [stream(1, a, 'acked')]);
    streams.set(b, [stream(2, b, 'nacked')]);
    streams.set(c, []);
    for (const key of [a, b]) push.look(key);
    expect(push.progress(2000)).toMatchObject({ acknowledged: 1, refused: 1, gone: 0, done: false });
    push.look(c);
    expect(push.progress(2000)).toMatchObject({
      acknowledged: 1,
      refused: 1,
      gone: 1,
      done: true,
      refusals: [{ type: 'RouteConfiguration', error: 'no such cluster', stream: { id: 2 } }],
    });
  });

  it('counts an ACK after a NACK as an ACK, and no stream that opened later', () => {
    const [a, b] = [keyOf('a'), keyOf('b')];
    const { streams, byId, touched } = world([a, b]);
    const push = followPush(START, touched, byId);
    streams.set(a, [stream(1, a, 'nacked')]);
    push.look(a);
    streams.set(a, [stream(1, a, 'acked'), stream(9, a, 'pending')]);
    push.look(a);
    expect(push.progress(2000)).toMatchObject({ touched: 2, acknowledged: 1, refused: 0, refusals: [] });
  });

  it('ends after a minute; streams that have not answered are in none of its numbers', () => {
    const { byId, touched } = world([keyOf('a')]);
    const push = followPush(START, touched, byId);
    expect(push.progress(1000 + 60_001)).toMatchObject({ touched: 1, acknowledged: 0, done: true });
  });
});

it('an answer looks at the streams of its key alone; it read the status of all streams, twenty times a second', async () => {
  const keys = Array.from({ length: 500 }, (_, index) => keyOf(`n${index}`));
  const { streams, asked, streamsOf, idsOf } = world(keys);
  const progress = createProgress({ streamsOf, idsOf, meshOf: () => MESH.mesh });
  const told: MeshProgress[] = [];
  progress.listen({ onProgress: (one) => told.push(one), onProxies: () => undefined });
  const server = progress.watch(createXdsServer({ keyOf: ({ id: node }) => node }));
  const id = { ...MESH, kind: 'route' as const, parent: 'r', name: 'x' };
  progress.during([{ revision: 7, id, resource: undefined }], performance.now(), () => {
    for (const key of keys) server.set(key, new Map());
  });
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]).toMatchObject({ touched: 500, acknowledged: 0, done: false });
  for (const [index, key] of keys.entries()) streams.set(key, [stream(index + 1, key, 'acked')]);
  asked.length = 0;
  progress.note(keys[3] ?? '');
  await expect.poll(() => asked).toContain(keys[3]);
  for (const key of keys) progress.note(key);
  await expect.poll(() => told.at(-1)).toMatchObject({ acknowledged: 500, done: true });
  progress.close();
});

describe('while the clock of the machine is set', () => {
  afterEach(() => void vi.useRealTimers());

  it.each([3_600_000, -3_600_000])('by %i ms, a push is followed for its minute', async (step) => {
    const { streamsOf, idsOf } = world([keyOf('a')]);
    const progress = createProgress({ streamsOf, idsOf, meshOf: () => MESH.mesh });
    const told: MeshProgress[] = [];
    progress.listen({ onProgress: (one) => told.push(one), onProxies: () => undefined });
    const server = progress.watch(createXdsServer({ keyOf: ({ id: node }) => node }));
    const id = { ...MESH, kind: 'route' as const, parent: 'r', name: 'x' };
    vi.useFakeTimers({ toFake: ['Date'] });
    progress.during([{ revision: 7, id, resource: undefined }], performance.now(), () => {
      server.set(keyOf('a'), new Map());
      vi.setSystemTime(Date.now() + step);
    });
    vi.setSystemTime(Date.now() + step);
    await expect.poll(() => told).toMatchObject([{ touched: 1, done: false }]);
    progress.close();
  });
});

it('thirty pushes at once look at the streams of a key together; each of them did so with each answer', async () => {
  const [key] = [keyOf('a')];
  const { streams, asked, streamsOf, idsOf } = world([key]);
  const progress = createProgress({ streamsOf, idsOf, meshOf: () => MESH.mesh });
  const told: MeshProgress[] = [];
  progress.listen({ onProgress: (one) => told.push(one), onProxies: () => undefined });
  const server = progress.watch(createXdsServer({ keyOf: ({ id: node }) => node }));
  const id = { ...MESH, kind: 'route' as const, parent: 'r', name: 'x' };
  const snapshot = (version: string) =>
    new Map([
      [CLUSTER, { version, resources: new Map([['c', { name: 'c', version, any: new Uint8Array() }]]) }],
    ]);
  for (let revision = 1; revision <= 30; revision += 1)
    progress.during([{ revision, id, resource: undefined }], performance.now(), () =>
      server.set(key, snapshot(`${revision}`)),
    );
  expect(asked).toEqual([]);
  await expect.poll(() => told.length).toBe(30);
  asked.length = 0;
  const answers = 40;
  for (let answer = 0; answer < answers; answer += 1) {
    progress.note(key);
    await new Promise(setImmediate);
  }
  expect(asked.length).toBeLessThanOrEqual(answers);
  streams.set(key, [stream(1, key, 'acked')]);
  progress.note(key);
  await expect.poll(() => told.filter(({ done }) => done).length).toBe(30);
  progress.close();
});

it('an answer reads the state of its stream alone, and a stream that ended counts as gone; an answer read all streams of its key', async () => {
  const key = keyOf('a');
  const { streams, read, streamsOf, idsOf } = world([key]);
  streams.set(
    key,
    Array.from({ length: 100 }, (_, index) => stream(index + 1, key, 'pending')),
  );
  const progress = createProgress({ streamsOf, idsOf, meshOf: () => MESH.mesh });
  const told: MeshProgress[] = [];
  progress.listen({ onProgress: (one) => told.push(one), onProxies: () => undefined });
  const server = progress.watch(createXdsServer({ keyOf: ({ id: node }) => node }));
  const id = { ...MESH, kind: 'route' as const, parent: 'r', name: 'x' };
  progress.during([{ revision: 7, id, resource: undefined }], performance.now(), () =>
    server.set(key, new Map()),
  );
  await expect.poll(() => told.at(0)).toMatchObject({ touched: 100, acknowledged: 0 });
  const settle = (last: number): void =>
    void streams.set(
      key,
      Array.from({ length: last }, (_, index) => stream(index + 1, key, 'acked')),
    );
  settle(100);
  progress.note(key, 7);
  // Beside this look, another one may read all that have not answered.
  await expect.poll(() => read).toContainEqual([7]);
  for (let answer = 1; answer <= 99; answer += 1) progress.note(key, answer);
  settle(99);
  progress.note(key);
  await expect.poll(() => told.at(-1)).toMatchObject({ acknowledged: 99, gone: 1, done: true });
  progress.close();
});
