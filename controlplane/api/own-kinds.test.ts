import { afterEach, beforeEach, expect, test } from 'vitest';
import { ACCOUNT, makeAll, REGION, startApi, type Answer, type TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await makeAll(api);
});
afterEach(() => api.close());

const MESH = '/daybreak/v1/meshes/colors';

async function call(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer> {
  const reply = await api.app.inject({
    method,
    url: `${MESH}${path}`,
    ...(body === undefined ? {} : { payload: body }),
  });
  const error = reply.headers['x-amzn-errortype'];
  return { status: reply.statusCode, error: error?.toString(), body: reply.json() };
}

const role = (name: string) => ({ awsRole: { roleArn: `arn:aws:iam::${ACCOUNT}:role/${name}` } });
const identity = (node: string, extra: object = {}) => ({
  nodeIdentityName: `of-${node}`,
  spec: { proxy: { virtualNode: { virtualNodeName: node } }, principals: [role(node)], ...extra },
});

test('a kind of Daybreak is created, described, listed, updated, tagged and deleted like one of App Mesh', async () => {
  const made = await call('PUT', '/nodeIdentities', identity('white'));
  const arn = `arn:aws:appmesh:${REGION}:${ACCOUNT}:mesh/colors/nodeIdentity/of-white`;
  expect(made).toMatchObject({
    status: 200,
    body: { nodeIdentityName: 'of-white', metadata: { arn, version: 1 } },
  });
  const { spec } = identity('white', { principals: [role('white'), role('blue')] });
  expect(await call('PUT', '/nodeIdentities/of-white', { spec })).toMatchObject({
    status: 200,
    body: { metadata: { version: 2 }, spec },
  });
  expect(await call('GET', '/nodeIdentities')).toMatchObject({ body: { nodeIdentities: [{ arn }] } });
  const tags = [{ key: 'team', value: 'colors' }];
  const at = `?resourceArn=${encodeURIComponent(arn)}`;
  expect(await api.call('PUT', `/tag${at}`, { tags })).toMatchObject({ status: 200 });
  expect(await api.call('GET', `/tags${at}`)).toMatchObject({ body: { tags } });
  expect(await call('DELETE', '/nodeIdentities/of-white')).toMatchObject({
    body: { status: { status: 'DELETED' } },
  });
  expect(await call('GET', '/nodeIdentities/of-white')).toMatchObject({ error: 'NotFoundException' });
});

test('a kind of Daybreak survives a restart, and an update of the mesh by a client that knows only App Mesh', async () => {
  await call('PUT', '/meshIdentities', { meshIdentityName: 'default', spec: { certificateHours: 24 } });
  await api.call('PUT', '/meshes/colors', { spec: { egressFilter: { type: 'DROP_ALL' } } });
  api = await api.restart();
  expect(await call('GET', '/meshIdentities/default')).toMatchObject({
    body: { spec: { certificateHours: 24 } },
  });
  expect(JSON.stringify((await api.call('GET', '/meshes/colors')).body)).not.toContain('certificateHours');
});

test('a mesh has one identity, by the name default', async () => {
  expect(await call('PUT', '/meshIdentities', { meshIdentityName: 'other', spec: {} })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('[default]') },
  });
});

test("a mesh is not deleted while it has resources of Daybreak's kinds", async () => {
  const other = await api.call('PUT', '/meshes', { meshName: 'other' });
  expect(other.status).toBe(200);
  const url = '/daybreak/v1/meshes/other/nodeIdentities';
  await api.app.inject({ method: 'PUT', url, payload: identity('white') });
  expect(await api.call('DELETE', '/meshes/other')).toMatchObject({
    error: 'ResourceInUseException',
    body: { message: expect.stringContaining('has active NodeIdentities') },
  });
  expect((await api.app.inject({ method: 'DELETE', url: `${url}/of-white` })).statusCode).toBe(200);
  expect((await api.call('DELETE', '/meshes/other')).status).toBe(200);
});

test('a proxy has one identity', async () => {
  await call('PUT', '/nodeIdentities', identity('white'));
  const again = { ...identity('white'), nodeIdentityName: 'again' };
  expect(await call('PUT', '/nodeIdentities', again)).toMatchObject({
    error: 'ConflictException',
    body: {
      message: 'NodeIdentity of-white is already that of virtual node white: update it, or delete it first.',
    },
  });
});

test.each([
  ['/nodeIdentities', { principals: [] }, /spec.proxy.*must not be null/],
  [
    '/nodeIdentities',
    { ...identity('white').spec, proxy: {} },
    /exactly one of \[virtualNode, virtualGateway\]/,
  ],
  [
    '/nodeIdentities',
    { ...identity('white').spec, principals: [{ awsRole: { roleArn: 'arn:aws:iam::111122223333:role/*' } }] },
    /roleArn.*pattern/,
  ],
  ['/nodeIdentities', { ...identity('white').spec, mode: 'x' }, /\[proxy, principals\] are allowed/],
  ['/meshIdentities', { certificateHours: 193 }, /less than or equal to 192/],
])('%s with %j is refused', async (path, spec, message) => {
  const name = path === '/meshIdentities' ? { meshIdentityName: 'default' } : { nodeIdentityName: 'n' };
  const answer = await call('PUT', path, { ...name, spec });
  expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
});
