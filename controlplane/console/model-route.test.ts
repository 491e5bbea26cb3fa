import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeSpec, routeSpec } from '../api/testing/test-api.ts';
import { DOCUMENT, key, OWNER, policy } from '../auth/testing/signed-requests.ts';
import type { MeshResources } from './contract.ts';
import {
  startFilledConsole,
  type Browser,
  type TestAnswer,
  type TestConsole,
} from './testing/test-console.ts';

const MODEL = '/console/model?mesh=colors';
const NODE = '/v20190125/meshes/colors/virtualNodes/white';

let test: TestConsole;
let admin: Browser;
beforeEach(async () => {
  ({ test, admin } = await startFilledConsole());
});
afterEach(() => test.close());

const read = (browser: Browser, headers: Record<string, string> = {}, url = MODEL): Promise<TestAnswer> =>
  browser.send({ method: 'GET', url, headers });
const modelIn = ({ text }: TestAnswer): MeshResources => JSON.parse(text) as MeshResources;
const namesIn = (answer: TestAnswer): readonly string[] =>
  modelIn(answer).resources.map(({ kind, parent, name }) => [kind, parent, name].filter(Boolean).join('/'));

/** Signs a user in whose policies are these statements. */
async function signInWith(...statements: readonly ReturnType<typeof policy>[]): Promise<Browser> {
  const user = { name: 'some', accessKeys: [key('AKSOME')], policies: [{ Statement: [...statements] }] };
  const [owner, ...others] = DOCUMENT.accounts;
  if (owner === undefined) throw new Error('the credentials of the tests have no account');
  test.setCredentials({ accounts: [{ ...owner, users: [...(owner.users ?? []), user] }, ...others] });
  return test.signIn('AKSOME');
}

it('has each resource of the mesh as the API describes it, with the revision', async () => {
  const answer = await read(admin);
  const { revision, mesh, owner, resources } = modelIn(answer);
  expect({ revision, mesh, owner }).toEqual({ revision: 7, mesh: 'colors', owner: OWNER });
  expect(namesIn(answer)).toEqual([
    'mesh/colors',
    'virtualNode/white',
    'virtualRouter/router',
    'route/router/all',
    'virtualService/teller.local',
    'virtualGateway/door',
    'gatewayRoute/door/in',
  ]);
  const { json } = await admin.send({ method: 'GET', url: NODE });
  const described = json as { spec: object; metadata: { uid: string; arn: string; lastUpdatedAt: number } };
  const { uid, arn, lastUpdatedAt } = described.metadata;
  expect(resources.find(({ kind }) => kind === 'virtualNode')).toEqual({
    kind: 'virtualNode',
    parent: '',
    name: 'white',
    spec: described.spec,
    uid,
    arn,
    version: 1,
    updatedAt: new Date(lastUpdatedAt * 1000).toISOString(),
  });
});

it('is sent again after a change, a creation and a deletion, and not while nothing changed', async () => {
  let tag = '';
  const readAgain = async (): Promise<number> => {
    const answer = await read(admin, { 'if-none-match': tag });
    tag = String(answer.headers['etag']);
    expect(answer.text === '').toBe(answer.status === 304);
    return answer.status;
  };
  expect(await readAgain()).toBe(200);
  expect(await readAgain()).toBe(304);
  const [route, nodes] = [
    '/v20190125/meshes/colors/virtualRouter/router/routes/all',
    NODE.replace('/white', ''),
  ];
  await admin.send({ method: 'PUT', url: route, payload: { spec: routeSpec(7) } });
  expect([await readAgain(), await readAgain()]).toEqual([200, 304]);
  await admin.send({ method: 'PUT', url: nodes, payload: { virtualNodeName: 'b', spec: nodeSpec(80) } });
  expect([await readAgain(), await readAgain()]).toEqual([200, 304]);
  await admin.send({ method: 'DELETE', url: `${nodes}/b` });
  expect([await readAgain(), await readAgain()]).toEqual([200, 304]);
});

it('leaves out what the policies of the caller do not let it describe', async () => {
  const some = await signInWith(
    policy('Allow', 'appmesh:Describe*'),
    policy('Deny', 'appmesh:DescribeVirtualNode'),
    policy('Deny', '*', 'arn:aws:appmesh:*:*:mesh/colors/virtualRouter/router/route/all'),
  );
  const answer = await read(some);
  expect(namesIn(answer)).toEqual([
    'mesh/colors',
    'virtualRouter/router',
    'virtualService/teller.local',
    'virtualGateway/door',
    'gatewayRoute/door/in',
  ]);
  // The tag of another caller is no tag of this one.
  const { etag } = (await read(admin)).headers;
  expect((await read(some, { 'if-none-match': String(etag) })).status).toBe(200);
});

it('is refused to a caller who may describe nothing, whether or not the mesh exists', async () => {
  const some = await signInWith(policy('Allow', 'daybreak:*'));
  for (const mesh of ['colors', 'none']) {
    const answer = await read(some, {}, `/console/model?mesh=${mesh}`);
    expect([answer.status, answer.error]).toEqual([403, 'AccessDeniedException']);
    expect(answer.text).toContain('appmesh:DescribeMesh');
  }
  expect((await read(admin, {}, '/console/model?mesh=none')).error).toBe('NotFoundException');
  expect((await read(admin, {}, '/console/model')).error).toBe('BadRequestException');
});

it('is refused in a mesh of another account that does not share it, whether or not it exists', async () => {
  const guest = await test.signIn('AKGUEST');
  for (const mesh of ['colors', 'none']) {
    const answer = await read(guest, {}, `/console/model?mesh=${mesh}&owner=${OWNER}`);
    expect([answer.status, answer.error]).toEqual([403, 'AccessDeniedException']);
  }
});

it('is refused without a session, and to a page of another site', async () => {
  expect((await test.send({ method: 'GET', url: MODEL })).status).toBe(403);
  expect((await read(admin, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
});

it('is compressed if it is long and the client takes it, and is the same', async () => {
  const url = NODE.replace('/white', '');
  const made = Array.from({ length: 100 }, (_, index) => {
    const payload = { virtualNodeName: `node-${index}`, spec: nodeSpec(80) };
    return admin.send({ method: 'PUT', url, payload });
  });
  await Promise.all(made);
  const plain = await read(admin);
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(modelIn(plain).resources).toHaveLength(107);
  for (const refused of ['gzip;q=0', 'gzip;q=0.0, br', 'identity']) {
    expect((await read(admin, { 'accept-encoding': refused })).headers['content-encoding']).toBeUndefined();
  }
  const answer = await test.api.app.inject({
    url: MODEL,
    headers: { cookie: admin.cookie, 'accept-encoding': 'gzip, deflate, br' },
  });
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(gunzipSync(answer.rawPayload).toString()).toBe(plain.text);
  expect(answer.rawPayload.length).toBeLessThan(plain.text.length / 4);
});
