import type { ClientBase, Pool } from 'pg';
import { LIMITS, type LimitedQuery } from './connection.ts';
import { currentRevision, setRevision } from './revision.ts';
import { inTransaction } from './transaction.ts';

const DAMAGED = {
  resource: 'checksum <> daybreak.resource_checksum(key, id, mesh, revision, body)',
  client_token: 'checksum <> daybreak.token_checksum(account, operation, token, content, used_at)',
  spec_change: 'checksum <> daybreak.spec_change_checksum(key, revision, step, id, mesh, at, body)',
} as const;

/**
 * Deletes rows with a wrong checksum. Returns their number, and the newest revision of the others. Call it in a transaction
 * that holds the lock of the store.
 */
export async function deleteDamaged(
  client: ClientBase,
): Promise<{ readonly deleted: number; readonly newest: number }> {
  let deleted = 0;
  for (const [table, damaged] of Object.entries(DAMAGED)) {
    const query: LimitedQuery = {
      text: `delete from daybreak.${table} where ${damaged}`,
      query_timeout: LIMITS.longMs,
    };
    const { rowCount } = await client.query(query);
    deleted += rowCount ?? 0;
  }
  const { rows } = await client.query<{ newest: string | null }>(
    'select max(revision) as newest from daybreak.resource',
  );
  return { deleted, newest: Number(rows[0]?.newest ?? 0) };
}

/**
 * Deletes the damaged rows. If there are any, the deletion is a commit of its own, after which every replica reads everything
 * again. Returns the number of deleted rows.
 */
export function acceptLoss(pool: Pool): Promise<number> {
  return inTransaction(pool, 'begin', async (client) => {
    const current = await currentRevision(client, 'for update of store');
    const { deleted, newest } = await deleteDamaged(client);
    if (deleted === 0 && newest <= current) return 0;
    const revision = Math.max(current, newest) + 1;
    await setRevision(client, revision);
    await client.query('update daybreak.store set forgotten = $1', [revision]);
    return deleted;
  });
}
