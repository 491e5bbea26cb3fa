import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const MESH = '/meshes/colors';
const createMesh = () => api.call('PUT', '/meshes', { meshName: 'colors' });

describe('names', () => {
  it.each([
    'a/b',
    'a b',
    'a%2Fb',
    '100%',
    'ü🎨',
    'a?b#c',
    'a+b',
    '%zz',
    "a'b;c",
    'x'.repeat(255),
    '🎨'.repeat(255),
  ])('of a virtual service may be %s', async (name) => {
    await createMesh();
    const { status } = await api.call('PUT', `${MESH}/virtualServices`, {
      virtualServiceName: name,
      spec: {},
    });
    expect(status).toBe(200);
    const path = `${MESH}/virtualServices/${encodeURIComponent(name)}`;
    expect((await api.call('GET', path)).body).toMatchObject({ virtualServiceName: name });
    expect((await api.call('DELETE', path)).status).toBe(200);
  });

  it.each(['', '.', '..', 'a\nb', 'a\u0000', '\ud800', 'x'.repeat(256)])('may not be %j', async (name) => {
    await createMesh();
    expect(
      await api.call('PUT', `${MESH}/virtualServices`, { virtualServiceName: name, spec: {} }),
    ).toMatchObject({
      status: 400,
      error: 'BadRequestException',
      body: { message: expect.stringContaining("at 'virtualServiceName'") },
    });
  });

  it('must not be ARNs', async () => {
    expect(await api.call('GET', '/meshes/arn:aws:appmesh:eu-west-1:1:mesh%2Fcolors')).toMatchObject({
      error: 'BadRequestException',
      body: { message: expect.stringContaining('not an ARN') },
    });
  });
});
