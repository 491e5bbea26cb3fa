import type { ClientBase } from 'pg';
import { CHANNEL, SCHEMA_VERSION } from './schema.ts';

/** Returns the revision of the last commit. `lock`: empty, or `for update of store` to block other commits. */
export async function currentRevision(client: ClientBase, lock: '' | 'for update of store'): Promise<number> {
  await client.query('select daybreak.require_schema($1)', [SCHEMA_VERSION]);
  const { rows } = await client.query<{ revision: string }>(`select revision from daybreak.store ${lock}`);
  return Number(rows[0]?.revision);
}

/** Sets the revision of the commit in progress, and notifies the replicas. */
export async function setRevision(client: ClientBase, revision: number): Promise<void> {
  await client.query('update daybreak.store set revision = $1', [revision]);
  await client.query('select pg_notify($1, $2)', [CHANNEL, String(revision)]);
}
