import { afterEach, beforeEach, expect, it } from 'vitest';
import { routeSpec } from '../../api/testing/test-api.ts';
import { OWNER } from '../../auth/testing/signed-requests.ts';
import { backupLines, readBackup } from '../../backup/format.ts';
import type { History, SpecChange } from '../contract.ts';
import { startFilledConsole, type Browser, type TestConsole } from '../testing/test-console.ts';

const ROUTE = '/v20190125/meshes/colors/virtualRouter/router/routes/all';
const NODE = '/v20190125/meshes/colors/virtualNodes/white';

let test: TestConsole;
let admin: Browser;
beforeEach(async () => {
  ({ test, admin } = await startFilledConsole());
});
afterEach(() => test.close());

const update = (weight: number, headers: Record<string, string> = {}, browser = admin) =>
  browser.send({ method: 'PUT', url: ROUTE, payload: { spec: routeSpec(weight) }, headers });
const history = async (query: string, browser = admin): Promise<readonly SpecChange[]> => {
  const answer = await browser.send({ method: 'GET', url: `/console/history?mesh=colors${query}` });
  return (answer.json as unknown as History).changes;
};
const ofRoute = () => history('&kind=route&parent=router&name=all');
const undo = (change: string, more: object = {}, browser = admin) =>
  browser.send({ method: 'POST', url: '/console/undo', payload: { mesh: 'colors', change, ...more } });

it('has who changed what, from where, with the specification before and after', async () => {
  await update(7);
  const [newest, created] = await ofRoute();
  expect(newest).toMatchObject({
    id: '8.1',
    revision: 8,
    change: 'update',
    by: `arn:aws:iam::${OWNER}:user/admin`,
    source: 'console',
    resource: { kind: 'route', mesh: 'colors', parent: 'router', name: 'all' },
    before: { version: 1, spec: routeSpec(1) },
    after: { version: 2, spec: routeSpec(7) },
  });
  expect(created).toMatchObject({ change: 'create', source: 'api', after: { spec: routeSpec(1) } });
  expect(created).not.toHaveProperty('before');
  expect(await history('')).toHaveLength(8);
  const [second, ...rest] = await history('&limit=1&before=8.1');
  expect(rest).toEqual([]);
  expect(second).toMatchObject({ id: '7.1', resource: { kind: 'gatewayRoute' } });
  expect(await history('&before=8.1&limit=200')).toContainEqual(created);
});

it('undoes a change as a new version, audited as the operation that it is', async () => {
  await update(7);
  await update(8);
  const answer = await undo('8.1');
  expect(answer.json).toMatchObject({ operation: 'UpdateRoute', version: 4, revision: 10 });
  expect((await admin.send({ method: 'GET', url: ROUTE })).json['spec']).toEqual(routeSpec(1));
  expect(test.audited.at(-1)).toMatchObject({
    eventName: 'UpdateRoute',
    readOnly: false,
    userIdentity: { userName: 'admin' },
    additionalEventData: { source: 'console' },
    requestParameters: { routeName: 'all', spec: routeSpec(1) },
  });
  const [newest] = await ofRoute();
  expect(newest).toMatchObject({ undoes: '8.1', before: { spec: routeSpec(8) } });
  expect((await undo('8.1')).json).toMatchObject({ operation: 'none', revision: 10 });
});

it('undoes a deletion by creating the resource again with its tags, and a creation by deleting it', async () => {
  const tags = [{ key: 'team', value: 'ü' }];
  const url = '/v20190125/meshes/colors/virtualRouter/router/routes';
  const made = await admin.send({
    method: 'PUT',
    url,
    payload: { routeName: 'new', spec: routeSpec(3), tags },
  });
  const deletion = await admin.send({ method: 'DELETE', url: `${url}/new` });
  expect([made.status, deletion.status]).toEqual([200, 200]);
  expect((await undo('9.1')).json).toMatchObject({ operation: 'CreateRoute', version: 1 });
  const arn = `arn:aws:appmesh:eu-west-1:${OWNER}:mesh/colors/virtualRouter/router/route/new`;
  const read = await admin.send({
    method: 'GET',
    url: `/v20190125/tags?resourceArn=${encodeURIComponent(arn)}`,
  });
  expect(read.json['tags']).toEqual(tags);
  const undone = await undo('10.1');
  expect(undone.json).toMatchObject({ operation: 'DeleteRoute' });
  expect(undone.json).not.toHaveProperty('version');
  expect((await admin.send({ method: 'GET', url: `${url}/new` })).status).toBe(404);
});

it('refuses an undo like the operation that it is: without permission, if other resources need it, for an unknown change', async () => {
  await update(7);
  const reader = await test.signIn('AKREADER');
  const denied = await undo('8.1', {}, reader);
  expect([denied.status, denied.error]).toEqual([403, 'AccessDeniedException']);
  expect(test.audited.at(-1)).toMatchObject({ eventName: 'UpdateRoute', errorCode: 'AccessDeniedException' });
  // The second change created the virtual node, which the route needs.
  expect((await undo('2.1')).error).toBe('ResourceInUseException');
  for (const change of ['99.1', '8.2']) expect((await undo(change)).status).toBe(404);
  expect((await undo('now')).status).toBe(400);
});

it('shows a user no history of a mesh that another account does not share', async () => {
  const answer = await (await test.signIn('AKGUEST')).send({
    method: 'GET',
    url: `/console/history?mesh=colors&owner=${OWNER}`,
  });
  expect([answer.status, answer.error]).toEqual([403, 'AccessDeniedException']);
});

it('of two people who edit one route, the second is told of the change of the first', async () => {
  const read = await admin.send({ method: 'GET', url: ROUTE });
  const tag = String(read.headers['etag']);
  const first = await update(7, { 'if-match': tag });
  expect([first.status, first.headers['etag']]).toEqual([200, tag.replace('-1"', '-2"')]);
  const second = await update(8, { 'if-match': tag });
  expect([second.status, second.error]).toEqual([412, 'PreconditionFailedException']);
  expect(second.json['message']).toContain('it is at version 2');
  expect((await undo('8.1', { ifMatch: tag })).status).toBe(412);
  const remove = await admin.send({ method: 'DELETE', url: ROUTE, headers: { 'if-match': tag } });
  expect(remove.status).toBe(412);
  expect((await update(8, { 'if-match': String(first.headers['etag']) })).status).toBe(200);
  expect((await update(9)).status).toBe(200);
});

it('changes that are committed together each have their place', async () => {
  await Promise.all([update(2), update(3), update(4)]);
  const changes = await ofRoute();
  expect(changes).toHaveLength(4);
  for (const [index, change] of changes.slice(1).entries())
    expect(change.after).toEqual(changes[index]?.before);
});

it('has no change of tags, and a specification of more than 1 MB is refused as by the API', async () => {
  const arn = `arn:aws:appmesh:eu-west-1:${OWNER}:mesh/colors`;
  const url = `/v20190125/tag?resourceArn=${encodeURIComponent(arn)}`;
  const tagging = await admin.send({ method: 'PUT', url, payload: { tags: [{ key: 'a', value: 'b' }] } });
  expect(tagging.status).toBe(200);
  const spec = { backends: 'x'.repeat(1024 * 1024) };
  const answer = await admin.send({ method: 'PUT', url: NODE, payload: { spec } });
  expect([answer.status, answer.error]).toEqual([413, 'RequestEntityTooLargeException']);
  expect(await history('')).toHaveLength(7);
});

it('is part of a backup, in a format that names it', async () => {
  await update(7);
  const contents = await test.api.store.contents();
  expect(contents.history).toHaveLength(8);
  const text = [...backupLines(contents, '1', new Date(0))].join('');
  const { header, contents: read } = readBackup(text, 'b');
  expect(header.format).toBe(3);
  expect(read.history).toEqual(contents.history.toSorted((a, b) => a.revision - b.revision));
  await test.api.store.replace(read, true);
  await test.api.live.catchUp();
  expect(await ofRoute()).toHaveLength(2);
});
