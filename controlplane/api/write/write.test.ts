import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeAll, routeSpec, startApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const MESH = '/meshes/colors';
const ROUTE = `${MESH}/virtualRouter/router/routes/all`;
const createMesh = () => api.call('PUT', '/meshes', { meshName: 'colors' });

describe("a client's token", () => {
  const node = (name: string, clientToken: string) =>
    api.call('PUT', `${MESH}/virtualNodes`, { virtualNodeName: name, spec: {}, clientToken });

  it('makes a repeated create idempotent, also after a restart, and refuses other content', async () => {
    await createMesh();
    const first = await node('white', 'T');
    expect(await node('white', 'T')).toEqual(first);
    api = await api.restart();
    expect(await node('white', 'T')).toEqual(first);
    expect(await node('blue', 'T')).toMatchObject({ status: 409, error: 'ConflictException' });
    expect(await node('white', 'U')).toMatchObject({ status: 409, error: 'ConflictException' });
    expect((await api.call('GET', `${MESH}/virtualNodes/blue`)).status).toBe(404);
  });

  it('expires after a day', async () => {
    await createMesh();
    await node('white', 'T');
    api.clock.now += 24 * 60 * 60 * 1000;
    expect((await node('blue', 'T')).status).toBe(200);
  });

  it('keeps a repeated update from undoing a later one', async () => {
    await makeAll(api);
    const first = { spec: routeSpec(2), clientToken: 'A' };
    await api.call('PUT', ROUTE, first);
    await api.call('PUT', ROUTE, { spec: routeSpec(3), clientToken: 'B' });
    expect((await api.call('PUT', ROUTE, first)).body).toMatchObject({ spec: routeSpec(3) });
  });

  it('is stored for an update that changes nothing, too', async () => {
    await makeAll(api);
    const same = { spec: routeSpec(1), clientToken: 'T' };
    expect(await api.call('PUT', ROUTE, same)).toMatchObject({
      status: 200,
      body: { metadata: { version: 1 } },
    });
    expect(await api.call('PUT', ROUTE, same)).toMatchObject({
      status: 200,
      body: { metadata: { version: 1 } },
    });
    const other = { spec: routeSpec(2), clientToken: 'T' };
    expect(await api.call('PUT', ROUTE, other)).toMatchObject({ status: 409, error: 'ConflictException' });
    api = await api.restart();
    expect((await api.call('PUT', ROUTE, other)).status).toBe(409);
    api.clock.now += 24 * 60 * 60 * 1000;
    expect(await api.call('PUT', ROUTE, other)).toMatchObject({
      status: 200,
      body: { metadata: { version: 2 } },
    });
  });

  it('of an update without a specification is stored as well', async () => {
    await createMesh();
    expect((await api.call('PUT', MESH, { clientToken: 'T' })).status).toBe(200);
    const other = { spec: { egressFilter: { type: 'ALLOW_ALL' } }, clientToken: 'T' };
    expect((await api.call('PUT', MESH, other)).status).toBe(409);
  });

  it('of two equal concurrent creates makes both succeed with one write', async () => {
    await createMesh();
    const answers = await Promise.all([node('white', 'T'), node('white', 'T')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe('concurrent calls', () => {
  const NODES = `${MESH}/virtualNodes`;
  const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
  const make = (virtualNodeName: string) => api.call('PUT', NODES, { virtualNodeName, spec: {} });
  const count = (answers: readonly { error: string | undefined }[]) => {
    const all = Map.groupBy(answers, ({ error }) => error ?? 'done');
    return Object.fromEntries([...all].map(([error, those]) => [error, those.length]));
  };

  it('are committed as one batch, and each is durable', async () => {
    await createMesh();
    const before = api.live.model.revision;
    expect(count(await Promise.all(names.map(make)))).toEqual({ done: names.length });
    expect(api.live.model.revision).toBeLessThan(before + names.length);
    api = await api.restart();
    expect((await api.call('GET', `${NODES}?limit=100`)).body['virtualNodes']).toHaveLength(names.length);
  });

  it('succeed although another replica commits first 40 times in a row: a slow replica beside a busy one answered 503', async () => {
    await createMesh();
    const commit = vi.spyOn(api.live, 'commit');
    for (let lost = 0; lost < 40; lost += 1) commit.mockResolvedValueOnce({ outcome: 'stale' });
    expect((await make('late')).status).toBe(200);
    expect(commit).toHaveBeenCalledTimes(41);
  });

  it('are decided in order, each on the result of the previous ones', async () => {
    await makeAll(api);
    expect(count(await Promise.all(names.map(() => make('same'))))).toEqual({
      done: 1,
      ConflictException: names.length - 1,
    });
    const updates = names.map((_, index) => api.call('PUT', ROUTE, { spec: routeSpec(index + 2) }));
    const versions = (await Promise.all(updates)).map(
      ({ body }) => (body['metadata'] as { version: number }).version,
    );
    expect(versions.toSorted((a, b) => a - b)).toEqual(names.map((_, index) => index + 2));
    expect((await api.call('GET', ROUTE)).body).toMatchObject({ metadata: { version: names.length + 1 } });
  });

  it('succeed even if another call of the batch fails', async () => {
    await makeAll(api);
    const answers = await Promise.all([
      make('one'),
      api.call('DELETE', `${NODES}/white`),
      api.call('PUT', NODES, { virtualNodeName: 'white', spec: {} }),
      api.call('PUT', NODES, { virtualNodeName: 'made', spec: {}, clientToken: 'T' }),
      api.call('PUT', NODES, { virtualNodeName: 'other', spec: {}, clientToken: 'T' }),
      api.call('DELETE', `${NODES}/none`),
      make('two'),
    ]);
    expect(answers.map(({ error }) => error)).toEqual([
      undefined,
      'ResourceInUseException',
      'ConflictException',
      undefined,
      'ConflictException',
      'NotFoundException',
      undefined,
    ]);
    const list = (await api.call('GET', NODES)).body['virtualNodes'] as { virtualNodeName: string }[];
    expect(list.map(({ virtualNodeName }) => virtualNodeName)).toEqual(['made', 'one', 'two', 'white']);
  });

  it('are all refused if the store refuses the batch', async () => {
    await createMesh();
    const { store } = api;
    const calls = names.map(make);
    await store.close();
    expect(count(await Promise.all(calls))).toEqual({ ServiceUnavailableException: names.length });
  });
});
