import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { createLog } from '../../../common/log.ts';
import { storeConformance } from '../testing/conformance.ts';
import { openPool } from './connection.ts';
import { migratePostgres } from './migrate.ts';
import { openPostgresStore } from './postgres.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { MOST_ANNOUNCED, type Hint, type Store, type Write } from '../store.ts';
import { waitLongForPostgres } from '../testing/patient-limits.ts';
import { runSql, startTestPostgres, type TestPostgres } from '../testing/postgres-server.ts';

const log = createLog('test', 'silent');
waitLongForPostgres();

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server?.remove());

storeConformance('postgres', async () => {
  const url = await server.database();
  return { open: () => openPostgresStore({ url, log }), remove: async () => undefined };
});

let url: string;
const opened: Store[] = [];
beforeEach(async () => {
  url = await server.database();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

async function open(as = url): Promise<Store> {
  const store = await openPostgresStore({ url: as, log, patience: 60_000 });
  opened.push(store);
  return store;
}

const sql = (text: string): Promise<void> => runSql(url, text);

const MESH = { owner: '111122223333', mesh: 'colors' };

function put(expectedMeshRevision: number, name: string, mesh = MESH): Write {
  const times = { version: 1, createdAt: 0, lastUpdatedAt: 0 };
  const id = { kind: 'virtualNode' as const, ...mesh, parent: '', name };
  return {
    mesh,
    expectedMeshRevision,
    puts: [{ ...id, spec: {}, uid: name, ...times, resourceOwner: mesh.owner, tags: [] }],
    deletes: [],
    tokens: [],
  };
}

describe('a database', () => {
  it('gets its schema once if several programs start at once', async () => {
    const stores = await Promise.all([open(), open(), open(), open()]);
    for (const [index, store] of stores.entries()) {
      expect(await store.commit(put(index, `n${index}`))).toMatchObject({ revision: index + 1 });
    }
  });

  it('that ends a connection between two queries of a transaction does not end the process', async () => {
    const pool = openPool(url);
    const client = await pool.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ended = new Promise((resolve) => client.once('end', resolve));
    await sql(`select pg_terminate_backend(${rows[0]?.pid})`);
    await ended;
    await expect(client.query('select 1')).rejects.toThrow('connection error');
    client.release(true);
    await pool.end();
  });

  it('whose migration another program has locked is not waited for without end', async () => {
    const holder = new Client(url);
    await holder.connect();
    const { rows } = await holder.query<{ objid: number }>(
      'select pg_advisory_lock(x) as l, x as objid from (values (1145197131)) v(x)',
    );
    const pool = openPool(url);
    const migrated = (limitMs: number) => migratePostgres(pool, 'the database', log, limitMs);
    await expect(migrated(300)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(`has held the lock of migrations for 0.3 s`) as string,
    });
    await expect(migrated(300)).rejects.toThrow(`objid ${rows[0]?.objid}`);
    await holder.end();
    await migrated(60_000);
    await pool.end();
  });

  it('of a later version is refused, also for a program that runs during the migration', async () => {
    const running = await open();
    await sql('update daybreak.store set schema_version = 99');
    const refusal = {
      code: 'STORE_NEWER',
      message: expect.stringMatching(
        `has schema version 99, and this program knows versions up to ${SCHEMA_VERSION}`,
      ) as string,
    };
    await expect(open()).rejects.toMatchObject(refusal);
    await expect(running.commit(put(0, 'white'))).rejects.toMatchObject(refusal);
    await expect(running.changesSince(0)).rejects.toMatchObject(refusal);
    await expect(running.contents()).rejects.toMatchObject(refusal);
  });

  it('of the first schema is migrated with all its contents', async () => {
    await sql(`${MIGRATIONS[0] ?? ''}; update daybreak.store set schema_version = 1`);
    const commit = `select daybreak.commit(1, '["1","colors"]', 0, '{k}', '{"[\\"virtualNode\\",\\"1\\",\\"colors\\",\\"\\",\\"white\\"]"}',
      '{"[\\"1\\",\\"colors\\"]"}', '{"{\\"name\\":\\"white\\"}"}', null, null, null, null, null, null)`;
    await sql(commit);
    const [store] = await Promise.all([open(), open()]);
    const id = { kind: 'virtualNode', owner: '1', mesh: 'colors', parent: '', name: 'white' };
    const changes = [{ revision: 1, id, resource: { name: 'white' } }];
    expect(await store.changesSince(0)).toEqual({ from: 0, changes });
    expect(await store.commit(put(0, 'white'))).toMatchObject({ outcome: 'committed', revision: 2 });
    // The call of an older program that still runs.
    await expect(sql(commit)).rejects.toMatchObject({ code: 'DB001' });
  });

  it('without a table, or without the right to it, is reported as damaged', async () => {
    const store = await open();
    await sql('drop table daybreak.resource');
    const damage = {
      code: 'STORE_DAMAGED',
      status: 500,
      message: expect.stringContaining('resource') as string,
    };
    await expect(store.commit(put(0, 'white'))).rejects.toMatchObject(damage);
    await expect(store.changesSince(0)).rejects.toMatchObject(damage);
  });

  it('with a foreign schema named daybreak is refused and unchanged', async () => {
    await sql('create schema daybreak; create table daybreak.other (id int)');
    await expect(open()).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
    await sql('select id from daybreak.other');
  });

  it('needs only rights to read and write once its schema exists', async () => {
    await open();
    await sql(`
      create role reader_writer login;
      grant usage on schema daybreak to reader_writer;
      grant select, insert, update, delete on all tables in schema daybreak to reader_writer`);
    const store = await open(url.replace('postgres@', 'reader_writer@'));
    expect(await store.commit(put(0, 'white'))).toMatchObject({ outcome: 'committed' });
    await store.probe();
    expect((await store.contents()).resources).toHaveLength(1);
  });

  it.each([
    [
      'that does not exist',
      (good: string) => good.replace(/\/test_\d+/, '/nowhere'),
      /"nowhere" does not exist/,
    ],
    [
      'of an unknown user',
      (good: string) => good.replace('postgres@', 'stranger@'),
      /role "stranger" does not exist/,
    ],
    [
      'with a certificate that is not there',
      (good: string) => `${good}&sslmode=verify-full&sslrootcert=/nowhere/ca.pem`,
      /no such file.*ca\.pem/,
    ],
    ['on a server that is not there', () => 'postgres://localhost:1/test', /ECONNREFUSED/],
  ])('%s is named', async (_, wrong, message) => {
    await expect(openPostgresStore({ url: wrong(url), log, patience: 500 })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(message) as string,
    });
  });

  it('works with a stricter default isolation and without synchronous commits', async () => {
    const name = new URL(url).pathname.slice(1);
    await sql(`
      alter database ${name} set default_transaction_isolation = 'serializable';
      alter database ${name} set synchronous_commit = 'off'`);
    const stores = await Promise.all([open(), open()]);
    const meshes = ['a', 'b', 'c', 'd'].map((mesh) => ({ ...MESH, mesh }));
    const writes = meshes.flatMap((mesh) => stores.map((store) => store.commit(put(0, 'white', mesh))));
    const outcomes = (await Promise.all(writes)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(meshes.length);
  });
});

describe('two programs on one database', () => {
  /** Resolves with the next hint that is `wanted`. */
  function hint(store: Store, wanted: (told: Hint) => boolean): Promise<Hint> {
    return new Promise((resolve) => {
      const stop = store.onChange((told) => {
        if (!wanted(told)) return;
        stop();
        resolve(told);
      });
    });
  }
  const committed = (revision: number) => (told: Hint) =>
    told.kind === 'committed' && told.revision === revision;

  it('are notified of commits by the other one', async () => {
    const [one, two] = [await open(), await open()];
    const told = hint(two, committed(1));
    await one.commit(put(0, 'white'));
    await told;
    expect((await two.changesSince(0)).changes).toHaveLength(1);
  });

  it('hear each announcement once, of any of them', async () => {
    const [one, two] = [await open(), await open()];
    const heard: string[] = [];
    // The first hint shows that the program listens.
    await hint(two, () => true);
    two.onAnnouncement((text) => void heard.push(text));
    const longest = 'ü'.repeat(MOST_ANNOUNCED / 2);
    await one.announce("it's");
    await two.announce(longest);
    await expect.poll(() => heard).toEqual(["it's", longest]);
  });

  it('never both commit on the same mesh revision', async () => {
    const [one, two] = [await open(), await open()];
    for (let round = 0; round < 50; round += 1) {
      const writes = [one, two].map((store, index) => store.commit(put(round, `${index}-${round}`)));
      const outcomes = (await Promise.all(writes)).map(({ outcome }) => outcome);
      expect(outcomes.toSorted()).toEqual(['committed', 'stale']);
    }
    const revisions = (await one.changesSince(0)).changes.map(({ revision }) => revision);
    expect(revisions).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('see each revision only after all lower ones', async () => {
    const [writer, other, reader] = [await open(), await open(), await open()];
    const writing = Promise.all(
      [writer, other].map(async (store, index) => {
        for (let round = 0; round < 150; round += 1) {
          await store.commit(put(0, `n${round}`, { ...MESH, mesh: `${index}-${round}` }));
        }
      }),
    );
    const seen: number[] = [];
    while (seen.length < 300) {
      const { changes } = await reader.changesSince(seen.at(-1) ?? 0);
      seen.push(...changes.map(({ revision }) => revision));
    }
    await writing;
    // A revision that becomes visible before a lower one would be missing here, or out of order.
    expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it('are told to read everything again after a reconnect', async () => {
    const [one, two] = [await open(), await open()];
    const first = hint(two, committed(1));
    await one.commit(put(0, 'white'));
    await first;
    const back = hint(two, ({ kind }) => kind === 'reconnected');
    await sql(`select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()`);
    await back;
    expect(await two.commit(put(1, 'blue'))).toMatchObject({ outcome: 'committed' });
  });

  it('notice a commit without a notification by polling', async () => {
    const [one, two] = [await open(), await open()];
    const first = hint(two, committed(1));
    await one.commit(put(0, 'white'));
    await first;
    const late = hint(two, committed(2));
    await sql('update daybreak.store set revision = revision + 1');
    await late;
  });
});
