import type { Pool } from 'pg';
import { LIMITS } from './connection.ts';
import { deleteDamaged } from './damage.ts';
import { currentRevision, setRevision } from './revision.ts';
import {
  CHANGE_COLUMNS,
  readChanges,
  readTokens,
  TOKEN_COLUMNS,
  toColumns,
  type ChangeRow,
  type TokenRow,
} from './rows.ts';
import { columnsOf, readSpecChanges, SPEC_CHANGE_COLUMNS, type SpecChangeRow } from './spec-history.ts';
import { inTransaction } from './transaction.ts';
import type { Contents, Replaced } from '../store.ts';
import { bareId } from '../../mesh/bare-id.ts';

const LONG = { query_timeout: LIMITS.longMs };
/** Rows per insert statement. */
const BATCH = 1000;

/** Implements Store.contents. */
export function readContents(pool: Pool): Promise<Contents> {
  return inTransaction(pool, 'begin isolation level repeatable read read only', async (client) => {
    const revision = await currentRevision(client, '');
    await client.query('select daybreak.require_newest()');
    const resources = await client.query<ChangeRow>({
      text: `select ${CHANGE_COLUMNS} from daybreak.resource where body is not null`,
      ...LONG,
    });
    const tokens = await client.query<TokenRow>({
      text: `select ${TOKEN_COLUMNS} from daybreak.client_token`,
      ...LONG,
    });
    const history = await client.query<SpecChangeRow>({
      text: `select ${SPEC_CHANGE_COLUMNS} from daybreak.spec_change`,
      ...LONG,
    });
    return {
      revision,
      resources: readChanges(resources.rows).flatMap(({ resource }) => resource ?? []),
      tokens: readTokens(tokens.rows),
      history: readSpecChanges(history.rows),
    };
  });
}

/** Implements Store.replace. */
export function replaceContents(pool: Pool, contents: Contents, mayReplace: boolean): Promise<Replaced> {
  return inTransaction(pool, 'begin', async (client) => {
    const current = await currentRevision(client, 'for update of store');
    const { rows } = await client.query<{ resources: string }>(
      'select count(body) as resources from daybreak.resource',
    );
    const resources = Number(rows[0]?.resources);
    if (resources > 0 && !mayReplace) return { outcome: 'occupied', resources };
    const { newest } = await deleteDamaged(client);
    const revision = Math.max(current, newest, contents.revision) + 1;
    await client.query({
      text: `update daybreak.resource set revision = $1, body = null,
               checksum = daybreak.resource_checksum(key, id, mesh, $1, null) where body is not null`,
      values: [revision],
      ...LONG,
    });
    for (const batch of batches(contents.resources)) {
      const changes = batch.map((resource) => ({ id: bareId(resource), resource }));
      await client.query({
        text: `insert into daybreak.resource (key, id, mesh, revision, body, checksum)
               select key, id, mesh, $5, body, daybreak.resource_checksum(key, id, mesh, $5, body)
               from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as change (key, id, mesh, body)
               on conflict (key) do update
                 set revision = excluded.revision, body = excluded.body, checksum = excluded.checksum`,
        values: [...toColumns(changes), revision],
        ...LONG,
      });
    }
    await client.query('delete from daybreak.client_token');
    for (const batch of batches(contents.tokens)) {
      await client.query({
        text: `insert into daybreak.client_token (account, operation, token, content, used_at, checksum)
               select *, daybreak.token_checksum(account, operation, token, content, used_at)
               from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
                 as given (account, operation, token, content, used_at)`,
        values: (['account', 'operation', 'token', 'content', 'at'] as const).map((column) =>
          batch.map((token) => token[column]),
        ),
        ...LONG,
      });
    }
    await client.query('delete from daybreak.spec_change');
    for (const batch of batches(contents.history)) {
      await client.query({
        text: `insert into daybreak.spec_change (key, revision, step, id, mesh, at, body, checksum)
               select key, revision, step, id, mesh, at, body,
                 daybreak.spec_change_checksum(key, revision, step, id, mesh, at, body)
               from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::integer[])
                 as given (key, id, mesh, body, at, revision, step)`,
        values: [...columnsOf(batch), batch.map((change) => change.revision), batch.map(({ step }) => step)],
        ...LONG,
      });
    }
    await setRevision(client, revision);
    return { outcome: 'replaced', revision };
  });
}

function batches<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / BATCH);
  return Array.from({ length: count }, (_, index) => items.slice(index * BATCH, (index + 1) * BATCH));
}
