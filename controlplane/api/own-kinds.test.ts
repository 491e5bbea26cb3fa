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
  [
    '/nodeIdentities',
    { ...identity('white').spec, mode: 'x' },
    /\[proxy, principals, mtls, forceStrict, authorization\] are allowed/,
  ],
  ['/meshIdentities', { certificateHours: 193 }, /less than or equal to 192/],
])('%s with %j is refused', async (path, spec, message) => {
  const name = path === '/meshIdentities' ? { meshIdentityName: 'default' } : { nodeIdentityName: 'n' };
  const answer = await call('PUT', path, { ...name, spec });
  expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
});

const access = (spec: object) => ({ accessPolicyName: 'extra', spec });

test('an access policy keeps an empty list apart from one that is absent', async () => {
  const spec = {
    target: { virtualNode: { virtualNodeName: 'white' } },
    allow: [{ from: [], ports: [8080], http: [{ methods: ['GET'], path: { prefix: '/public/' } }] }],
    deny: [{ from: [{ spiffeId: 'spiffe://apps.example/other' }] }],
    unauthenticated: [],
  };
  expect(await call('PUT', '/accessPolicies', access(spec))).toMatchObject({ status: 200, body: { spec } });
  expect((await call('GET', '/accessPolicies/extra')).body['spec']).toEqual(spec);
});

test('a rule with paths for a listener of protocol tcp is refused, and not dropped', async () => {
  const node = await api.call('PUT', '/meshes/colors/virtualNodes', {
    virtualNodeName: 'mixed',
    spec: {
      serviceDiscovery: { dns: { hostname: 'mixed.local' } },
      listeners: [
        { portMapping: { port: 80, protocol: 'http' } },
        { portMapping: { port: 5432, protocol: 'tcp' } },
      ],
    },
  });
  expect(node.status).toBe(200);
  const target = { virtualNode: { virtualNodeName: 'mixed' } };
  const http = [{ path: { exact: '/a' } }];
  expect(await call('PUT', '/accessPolicies', access({ target, deny: [{}, { http }] }))).toMatchObject({
    error: 'BadRequestException',
    body: {
      message:
        'spec.deny.2.member.http: listener 5432 of virtual node mixed has protocol tcp, which has no methods and paths. Name other ports in spec.deny.2.member.ports, or leave http out.',
    },
  });
  expect(
    await call('PUT', '/accessPolicies', access({ target, deny: [{ http, ports: [80] }] })),
  ).toMatchObject({
    status: 200,
  });
});

test.each([
  '//a',
  '/a/../b',
  '/a/.',
  '/%2Fa',
  '/a b',
  '/a?b',
  'a',
  '/%2e%2e/a',
  '/%61dmin/',
  '/%7Euser',
  '/a%5F',
  '/a%2D',
  '/a%39',
  '/a\\b',
  '/%zz',
  '/a//',
])('the path %s of an access policy is refused: a proxy normalizes paths before it compares them', async (exact) => {
  const spec = { allow: [{ http: [{ path: { exact } }] }] };
  expect(await call('PUT', '/accessPolicies', access(spec))).toMatchObject({ status: 400 });
});

test.each([
  '/',
  '/a',
  '/a/',
  '/a.b/..c',
  '/%20',
  '/colors.Teller/Tell',
  "/!$&'()*+,;=:@~",
])('the path %s of an access policy is accepted', async (exact) => {
  const spec = { allow: [{ http: [{ path: { exact } }] }] };
  expect(await call('PUT', '/accessPolicies', access(spec))).toMatchObject({ status: 200 });
});
