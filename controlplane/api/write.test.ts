import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAll, routeSpec, startApi, type TestApi } from './fixture.ts';

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

  it('makes a repeated create succeed, also after a restart, and refuses other content', async () => {
    await createMesh();
    const first = await node('white', 'T');
    expect(await node('white', 'T')).toEqual(first);
    api = await api.restart();
    expect(await node('white', 'T')).toEqual(first);
    expect(await node('blue', 'T')).toMatchObject({ status: 409, error: 'ConflictException' });
    expect(await node('white', 'U')).toMatchObject({ status: 409, error: 'ConflictException' });
    expect((await api.call('GET', `${MESH}/virtualNodes/blue`)).status).toBe(404);
  });

  it('is forgotten after a day', async () => {
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

  it('of two equal creates at once lets both succeed and one write', async () => {
    await createMesh();
    const answers = await Promise.all([node('white', 'T'), node('white', 'T')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]).toEqual(answers[1]);
  });
});
