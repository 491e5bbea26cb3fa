import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { openPostgresStore } from './postgres.ts';
import { MIGRATIONS } from './schema.ts';
import type { Loss, Store } from '../store.ts';
import { commitColors, putColor } from '../testing/colors.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres-server.ts';

// What a database holds that is not what was written to it.

const log = createLog('test', 'silent');
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
  const store = await openPostgresStore({ url, log, patience: 0, loss });
  opened.push(store);
  return store;
}

async function sql(text: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

const ROW = `where id = '["virtualNode","111122223333","colors","","n5"]'`;
const changeBody = () => sql(`update daybreak.resource set body = replace(body, 'xxx', 'xyx') ${ROW}`);

it('a row whose body was changed is refused when it is read, by its name, with what to do', async () => {
  const store = await open();
  await commitColors(store, COMMITS);
  await changeBody();
  const refusal = {
    code: 'damaged',
    message: expect.stringMatching(
      /virtualNode "n5" in mesh "colors" of account 111122223333 is not what was written\. Restore a backup \(daybreak restore FILE --store URL --replace\), or .* --accept-loss/,
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
  ['id that cannot be read any more', `id = 'n5'`],
  ['mesh', `mesh = '["111122223333","shapes"]'`],
  ['deletion', 'body = null'],
])('a row with another %s is refused', async (_, change) => {
  const store = await open();
  await commitColors(store, COMMITS);
  await sql(`update daybreak.resource set ${change} ${ROW}`);
  await expect(store.changesSince(0)).rejects.toMatchObject({ code: 'damaged' });
});

it('a client token that was changed is refused where it is used, and in a backup', async () => {
  const store = await open();
  await commitColors(store, COMMITS);
  await sql(`update daybreak.client_token set content = 'd' where token = 'n5'`);
  const [token] = putColor(0, 'n5').tokens;
  if (token === undefined) throw new Error('there is a token');
  await expect(store.tokenContent(token, 5000)).rejects.toMatchObject({ code: 'damaged' });
  await expect(store.contents()).rejects.toMatchObject({ code: 'damaged' });
});

it('a revision that was put back below that of rows is refused, until the loss is accepted', async () => {
  const store = await open();
  await commitColors(store, COMMITS);
  await sql('update daybreak.store set revision = 7');
  const refusal = { code: 'damaged', message: expect.stringContaining('a row is of revision 20') as string };
  await expect(store.changesSince(0)).rejects.toMatchObject(refusal);
  await expect(store.contents()).rejects.toMatchObject(refusal);
  const next = await open('accept');
  expect((await next.contents()).revision).toBe(COMMITS + 1);
  expect(await next.commit(putColor(COMMITS, 'new'))).toMatchObject({ revision: COMMITS + 2 });
});

it('damaged rows are gone once the loss was accepted, and programs that run read everything anew', async () => {
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

it('a database without damage is left alone where a loss would be accepted', async () => {
  const running = await open();
  await commitColors(running, COMMITS);
  await open('accept');
  expect(await running.changesSince(COMMITS)).toEqual({ from: COMMITS, changes: [] });
});

it('damaged rows are in the way of no backup that replaces all', async () => {
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

it('rows of an older schema get their checksums, and one that is no JSON any more none', async () => {
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
