import type { PoolClient, Pool } from 'pg';
import type { Log } from '../../../common/log.ts';
import { foreign, newer, unavailable } from '../errors.ts';
import { LIMITS, sqlState } from './connection.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './schema.ts';

/** The advisory lock, a number that other programs are unlikely to use: of several programs that start at once, one migrates. */
const LOCK = 0x44_42_52_4b;
/** SQLSTATE of an exceeded `lock_timeout`. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Migrates the schema to this version in one transaction. A database at this version needs no right to create anything.
 * `where` names the database in errors. `limitMs`: how long to wait for another program's migration. Default: a minute.
 * @throws StoreError `newer`, `foreign`, `unavailable` (the lock was not free in time); errors of the driver
 */
export async function migratePostgres(
  pool: Pool,
  where: string,
  log: Log,
  limitMs: number = LIMITS.longMs,
): Promise<void> {
  const client = await pool.connect();
  let failure: Error | boolean = true;
  try {
    if ((await schemaVersion(client, where)) < SCHEMA_VERSION) await migrate(client, where, log, limitMs);
    failure = false;
  } finally {
    client.release(failure);
  }
}

async function migrate(client: PoolClient, where: string, log: Log, limitMs: number): Promise<void> {
  await client.query('begin');
  await client.query(`set local lock_timeout = ${limitMs}`);
  // The server's own limit comes first, because it names its reason.
  const wait = { query_timeout: limitMs + LIMITS.shortMs };
  try {
    await client.query({ text: `select pg_advisory_xact_lock(${LOCK})`, ...wait });
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw unavailable(
      `open ${where}`,
      `another program has held the lock of migrations for ${limitMs / 1000} s. Its session is in pg_locks, locktype advisory, objid ${LOCK}`,
    );
  }
  const version = await schemaVersion(client, where);
  if (version > 0 && version < SCHEMA_VERSION) {
    log.info({ store: where, from: version, to: SCHEMA_VERSION }, 'migrating the schema of the store');
  }
  for (const step of MIGRATIONS.slice(version)) await client.query({ text: step, ...wait });
  await client.query('update daybreak.store set schema_version = $1', [SCHEMA_VERSION]);
  await client.query('commit');
}

async function schemaVersion(client: PoolClient, where: string): Promise<number> {
  // Not to_regclass, which may use a cache: the result has to include objects that another program made during the lock wait.
  const found = await client.query<{ schema: boolean; store: boolean }>(
    `select exists (select from pg_namespace where nspname = 'daybreak') as schema,
            exists (select from pg_tables where schemaname = 'daybreak' and tablename = 'store') as store`,
  );
  const { schema = false, store = false } = found.rows[0] ?? {};
  if (!store) {
    if (schema) throw foreign(where, 'its schema daybreak belongs to something else');
    return 0;
  }
  const { rows } = await client.query<{ schema_version: number }>(
    'select schema_version from daybreak.store',
  );
  const version = rows[0]?.schema_version ?? 0;
  if (version > SCHEMA_VERSION) throw newer(where, version, SCHEMA_VERSION);
  return version;
}
