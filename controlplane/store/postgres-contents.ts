import type { ClientBase, Pool } from 'pg';
import type { Resource } from '../mesh/resource.ts';
import { LIMITS } from './postgres-connection.ts';
import { bareId, toColumns } from './postgres-rows.ts';
import { CHANNEL, SCHEMA_VERSION } from './postgres-schema.ts';
import type { Contents, Replaced, TokenUse } from './store.ts';

const LONG = { query_timeout: LIMITS.longMs };
/** Rows that one statement writes. */
const BATCH = 1000;

/** As Store.contents. */
export function readContents(pool: Pool): Promise<Contents> {
  return inTransaction(pool, 'begin isolation level repeatable read read only', async (client) => {
    const revision = await currentRevision(client, '');
    const resources = await client.query<{ body: string }>({
      text: 'select body from daybreak.resource where body is not null',
      ...LONG,
    });
    const tokens = await client.query<Omit<TokenUse, 'at'> & { at: string }>({
      text: 'select account, operation, token, content, used_at as at from daybreak.client_token',
      ...LONG,
    });
    return {
      revision,
      resources: resources.rows.map(({ body }) => JSON.parse(body) as Resource),
      tokens: tokens.rows.map(({ at, ...rest }) => ({ ...rest, at: Number(at) })),
    };
  });
}

/** As Store.replace. */
export function replaceContents(pool: Pool, contents: Contents, mayReplace: boolean): Promise<Replaced> {
  return inTransaction(pool, 'begin', async (client) => {
    const current = await currentRevision(client, 'for update of store');
    const { rows } = await client.query<{ resources: string }>(
      'select count(body) as resources from daybreak.resource',
    );
    const resources = Number(rows[0]?.resources);
    if (resources > 0 && !mayReplace) return { outcome: 'occupied', resources };
    const revision = Math.max(current, contents.revision) + 1;
    await client.query({
      text: 'update daybreak.resource set revision = $1, body = null where body is not null',
      values: [revision],
      ...LONG,
    });
    for (const batch of batches(contents.resources)) {
      const changes = batch.map((resource) => ({ id: bareId(resource), resource }));
      await client.query({
        text: `insert into daybreak.resource (key, id, mesh, revision, body)
               select key, id, mesh, $5, body from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as change (key, id, mesh, body)
               on conflict (key) do update set revision = excluded.revision, body = excluded.body`,
        values: [...toColumns(changes), revision],
        ...LONG,
      });
    }
    await client.query('delete from daybreak.client_token');
    for (const batch of batches(contents.tokens)) {
      await client.query({
        text: `insert into daybreak.client_token (account, operation, token, content, used_at)
               select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])`,
        values: (['account', 'operation', 'token', 'content', 'at'] as const).map((column) =>
          batch.map((token) => token[column]),
        ),
        ...LONG,
      });
    }
    await client.query('update daybreak.store set revision = $1', [revision]);
    await client.query('select pg_notify($1, $2)', [CHANNEL, String(revision)]);
    return { outcome: 'replaced', revision };
  });
}

async function currentRevision(client: ClientBase, lock: string): Promise<number> {
  await client.query('select daybreak.require_schema($1)', [SCHEMA_VERSION]);
  const { rows } = await client.query<{ revision: string }>(`select revision from daybreak.store ${lock}`);
  return Number(rows[0]?.revision);
}

async function inTransaction<T>(
  pool: Pool,
  begin: string,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    await client.query(
      `select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off'`,
    );
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // The server rolls back what a connection leaves behind.
    client.release(true);
    throw error;
  }
}

function batches<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / BATCH);
  return Array.from({ length: count }, (_, index) => items.slice(index * BATCH, (index + 1) * BATCH));
}
