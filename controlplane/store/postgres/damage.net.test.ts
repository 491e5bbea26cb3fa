import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { openPostgresStore } from './postgres.ts';
import { MIGRATIONS } from './schema.ts';
import type { Loss, Store } from '../store.ts';
import { commitColors, putColor } from '../testing/colors.ts';
import { waitLongForPostgres } from '../testing/patient-limits.ts';
import { runSql, startTestPostgres, type TestPostgres } from '../testing/postgres-server.ts';

// Damaged rows in PostgreSQL.

const log = createLog('test', 'silent');
waitLongForPostgres();
const COMMITS = 20;

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server?.remove());

let url: string;
const opened: Store[] = [];
beforeEach(async () => {
  url = await server.database();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

async function open(loss: Loss = 'refuse'): Promise<Store> {
  const store = await openPostgresStore({ url, log, patience: 60_000, loss });
  opened.push(store);
  return store;
}

const sql = (text: string): Promise<void> => runSql(url, text);

const ROW = `where id = '["virtualNode","111122223333","colors","","n5"]'`;
const changeBody = () => sql(`update daybreak.resource set body = replace(body, 'xxx', 'xyx') ${ROW}`);

it('reading a row with a changed body fails with its name and advice', async () => {
  const store = await open();
  await commitColors(store, COMMITS);
  await changeBody();
  const refusal = {
    code: 'STORE_DAMAGED',
    message: expect.stringMatching(
      /virtualNode "n5" in mesh "colors" of account 111122223333 fails its checksum\. Restore a backup \(daybreak restore FILE --store URL --replace\), or .* --accept-loss/,
    ) as string,
  };
  await expect(store.changesSince(0)).rejects.toMatchObject(refusal);
  await expect(store.contents()).rejects.toMatchObject(refusal);
  expect((await store.changesSince(15)).changes.length).toBeGreaterThan(2);
});

it.each([
  ['revision', 'revision = 12'],
  ['key', `key = 'k'`],
  ['id', `id = replace(id, 'n5', 'n55')`],
  ['id to unreadable text', `id = 'n5'`],
  ['mesh', `mesh = '["111122223333","shapes"]'`],
  ['deletion', 'body = null'],
])('a row with a changed %s is refused', async (_, change) => {
  const store = await open();
  await commitColors(store, COMMITS);
  await sql(`update daybreak.resource set ${change} ${ROW}`);
  await expect(store.changesSince(0)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
});

it('a changed client token fails the call that uses it, and a backup', async () => {
  const store = await open();
  await commitColors(store, COMMITS);
  await sql(`update daybreak.client_token set content = 'd' where token = 'n5'`);
  const [token] = putColor(0, 'n5').tokens;
  if (token === undefined) throw new Error('there is a token');
  await expect(store.tokenContent(token, 5000)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  await expect(store.contents()).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
});

it('a store revision below that of its rows is refused until --accept-loss', async () => {
  const store = await open();
  await commitColors(store, COMMITS);
  await sql('update daybreak.store set revision = 7');
  const refusal = {
    code: 'STORE_DAMAGED',
    message: expect.stringContaining('a row is of revision 20') as string,
  };
  await expect(store.changesSince(0)).rejects.toMatchObject(refusal);
  await expect(store.contents()).rejects.toMatchObject(refusal);
  const next = await open('accept');
  expect((await next.contents()).revision).toBe(COMMITS + 1);
  expect(await next.commit(putColor(COMMITS, 'new'))).toMatchObject({ revision: COMMITS + 2 });
});

it('--accept-loss deletes damaged rows, and running replicas read everything again', async () => {
  const running = await open();
  await commitColors(running, COMMITS);
  const before = await running.contents();
  await changeBody();
  await sql(`update daybreak.client_token set content = 'd' where token = 'n7'`);
  await open('accept');
  const { revision, resources, tokens } = await running.contents();
  expect(revision).toBe(COMMITS + 1);
  expect(resources).toEqual(before.resources.filter(({ name }) => name !== 'n5'));
  expect(tokens).toEqual(before.tokens.filter(({ token }) => token !== 'n7'));
  const { from, changes } = await running.changesSince(COMMITS);
  expect(from).toBe(0);
  expect(changes.find(({ id }) => id.name === 'n5')).toBeUndefined();
});

it('--accept-loss leaves a sound database unchanged', async () => {
  const running = await open();
  await commitColors(running, COMMITS);
  await open('accept');
  expect(await running.changesSince(COMMITS)).toEqual({ from: COMMITS, changes: [] });
});

it('damaged rows do not prevent a restore with --replace', async () => {
  const store = await open();
  await commitColors(store, COMMITS);
  const before = await store.contents();
  await changeBody();
  await sql(`update daybreak.resource set id = 'n6' where id like '%n4"]'`);
  expect(await (await open('replace')).replace(before, true)).toMatchObject({ revision: COMMITS + 1 });
  const { resources, ...rest } = await store.contents();
  expect(rest).toMatchObject({ revision: COMMITS + 1 });
  expect(resources).toEqual(expect.arrayContaining([...before.resources]));
  expect(await store.changesSince(0)).toMatchObject({ from: 0 });
});

it('a migration gives checksums to rows of an older schema, but not to invalid JSON', async () => {
  await sql(`${MIGRATIONS.slice(0, 2).join(';')}; update daybreak.store set schema_version = 2, revision = 2;
    insert into daybreak.resource values ('k', '["virtualNode","1","colors","","white"]', '["1","colors"]', 1, '{"name":"white"}'),
      ('l', '["virtualNode","1","colors","","red"]', '["1","colors"]', 2, null)`);
  const store = await open();
  expect(await store.changesSince(0)).toMatchObject({
    changes: [{ resource: { name: 'white' } }, { revision: 2 }],
  });
  await sql(`update daybreak.store set schema_version = 2; drop schema daybreak cascade`);
  await sql(`${MIGRATIONS.slice(0, 2).join(';')}; update daybreak.store set schema_version = 2, revision = 2;
    insert into daybreak.resource values ('k', '["virtualNode","1","colors","","white"]', '["1","colors"]', 1, '{"name:"white"}')`);
  await expect((await open()).changesSince(0)).rejects.toMatchObject({
    message: expect.stringContaining('virtualNode "white"') as string,
  });
});
