import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessRoute } from '../controlplane/authorization/route.ts';
import { makeAll, startApi, type TestApi } from '../controlplane/api/testing/test-api.ts';
import { authorize, describeAccess, type AuthorizeOptions } from './authorize.ts';
import { createClient, type Client } from './client/client.ts';
import { NO_CREDENTIALS } from './testing/control-plane.ts';

const REFUSALS = [
  { port: 8080, caller: 'spiffe://apps.example/x', rule: 'none', count: 2 },
  { port: 8080, caller: '', rule: 'none', count: 1 },
  { port: 8080, caller: 'spiffe://apps.example/x', rule: 'none', count: 3 },
];

let api: TestApi;
let client: Client;
beforeAll(async () => {
  api = await startApi();
  api.app.register(
    accessRoute(api.live, { read: () => ({ refusalsOf: ({ name }) => (name === 'white' ? REFUSALS : []) }) }),
  );
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.app.server.address() as { port: number };
  client = createClient({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1' }, NO_CREDENTIALS);
  await makeAll(api);
  const backends = [{ virtualService: { virtualServiceName: 'teller.local' } }];
  await api.call('PUT', '/meshes/colors/virtualNodes', { virtualNodeName: 'teller', spec: { backends } });
  const spec = {
    target: { virtualNode: { virtualNodeName: 'white' } },
    allow: [{ from: [{ virtualGateway: { virtualGatewayName: 'door' } }], ports: [9901] }],
    deny: [{ http: [{ path: { prefix: '/internal/' } }, { methods: ['TRACE'] }] }, { from: [] }],
    unauthenticated: [{ cidrs: ['10.0.0.0/8'], http: [{ methods: ['GET'], path: { exact: '/health' } }] }],
  };
  const principals = [{ awsRole: { roleArn: 'arn:aws:iam::111122223333:role/white' } }];
  const proxy = { virtualNode: { virtualNodeName: 'white' } };
  await api.app.inject({
    method: 'PUT',
    url: '/daybreak/v1/meshes/colors/nodeIdentities',
    payload: { nodeIdentityName: 'white', spec: { proxy, principals, authorization: 'AUDIT' } },
  });
  const url = '/daybreak/v1/meshes/colors/accessPolicies';
  await api.app.inject({ method: 'PUT', url, payload: { accessPolicyName: 'extra', spec } });
});
afterAll(async () => {
  client.close();
  await api.close();
});

async function run(node: string | undefined, options: Partial<AuthorizeOptions> = {}): Promise<string> {
  let text = '';
  const stdout = { write: (part: string) => (text += part) };
  await authorize(client, node, { mesh: 'colors', output: 'table', ...options }, stdout);
  return text;
}

test('authorize prints who may call whom, and which backend, gateway route or rule is the reason', async () => {
  const [table = ''] = (await run(undefined)).split('\n\n');
  const rows = table.split('\n');
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
    ['VIRTUAL NODE', 'MODE', 'VERDICT', 'CALLER', 'BECAUSE OF'],
    ['teller', 'OFF', 'refuses', 'all', 'no backend or rule names it'],
    [
      'white',
      'AUDIT',
      'refuses',
      'any proxy of the mesh; any method on paths that begin with /internal/ or TRACE on any path',
      'extra/deny/1',
    ],
    ['white', 'AUDIT', 'refuses', 'no proxy', 'extra/deny/2'],
    ['white', 'AUDIT', 'admits', 'virtual gateway door; port 9901', 'extra/allow/1'],
    ['white', 'AUDIT', 'admits', 'virtual gateway door', 'gateway route to teller.local'],
    ['white', 'AUDIT', 'admits', 'virtual node teller', 'backend teller.local'],
    ['white', 'AUDIT', 'admits without identity', '10.0.0.0/8; GET on /health', 'extra/unauthenticated/1'],
  ]);
});

test('authorize prints whom the proxies would refuse, with the sum of all instances', async () => {
  const [, table = ''] = (await run(undefined)).trimEnd().split('\n\n');
  expect(table.split('\n').map((row) => row.split(/ {2,}/))).toEqual([
    ['VIRTUAL NODE', 'PORT', 'CALLER', 'RULE', 'REFUSED', 'WOULD BE REFUSED'],
    ['white', '8080', 'spiffe://apps.example/x', 'none', '-', '5'],
    ['white', '8080', '(no identity)', 'none', '-', '1'],
  ]);
});

test('authorize shows one virtual node for programs', async () => {
  expect(JSON.parse(await run('teller', { output: 'json' }))).toMatchObject({
    mesh: 'colors',
    nodes: [{ virtualNode: 'teller', callers: [], allow: [], deny: [] }],
  });
});

test.each([
  ['absent', {}, 'mesh colors has no virtual node "absent"'],
  [undefined, { mesh: undefined }, '--mesh or DAYBREAK_MESH has to name the mesh'],
  [undefined, { mesh: 'other' }, 'The mesh other does not exist in account 111122223333.'],
])('authorize %s with %j has an error that names the fault', async (node, options, message) => {
  await expect(run(node, options as Partial<AuthorizeOptions>)).rejects.toThrow(message);
});

test('names the rules that have no effect at a listener', () => {
  const deny = [{ name: 'p/deny/1', meaning: 'any proxy of the mesh', problem: 'it has http' }];
  const node = {
    virtualNode: 'n',
    authorization: 'AUDIT',
    mtls: 'STRICT',
    callers: [],
    deny,
    allow: [],
    refused: [],
  } as const;
  expect(describeAccess({ owner: '0', mesh: 'm', nodes: [node] })).toMatch(
    /\n\nVirtual node n, rule p\/deny\/1: it has http\.\n$/,
  );
});

test('a mode that admits callers without an identity says so: the table says that they are refused', () => {
  const node = (virtualNode: string, mtls: 'OFF' | 'PERMISSIVE' | 'STRICT', more: object = {}) => ({
    virtualNode,
    authorization: 'ENFORCE' as const,
    mtls,
    callers: [],
    deny: [],
    allow: [],
    refused: [],
    ...more,
  });
  const notesOf = (...nodes: ReturnType<typeof node>[]) =>
    describeAccess({ owner: '1', mesh: 'm', nodes }).split('\n\n')[1];
  expect(notesOf(node('a', 'OFF'), node('b', 'OFF'), node('c', 'PERMISSIVE'))).toBe(
    'mtls is OFF for a, b: no caller has an identity, and all are admitted and only counted, except for a deny without from.\n' +
      'mtls is PERMISSIVE for c: callers in plain text are admitted and only counted, except for a deny without from.\n',
  );
  expect(notesOf(node('a', 'STRICT'), node('b', 'OFF', { unauthenticated: [] }))).toBeUndefined();
});
