import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/backoff.ts';
import { StoreError, unavailable } from './errors.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { describePostgresError, isPassing, openPool } from './postgres-connection.ts';

/**
 * Opens a pool of connections to a database whose schema is of this version. A server that is away, or starting, is waited
 * for. `where` names the database in errors and in the log.
 * @param patience how long to wait, in milliseconds
 * @throws StoreError
 */
export async function openPostgres(url: string, where: string, log: Log, patience: number): Promise<Pool> {
  const pool = openPool(url);
  const backoff = createBackoff(100, 3000);
  const end = Date.now() + patience;
  for (;;) {
    try {
      await migratePostgres(pool, where);
      return pool;
    } catch (error) {
      const wait = backoff.next();
      const reason = describePostgresError(error);
      if (error instanceof StoreError || !isPassing(error) || Date.now() + wait > end) {
        await pool.end();
        throw error instanceof StoreError ? error : unavailable(`open ${where}`, reason);
      }
      log.warn({ store: where, reason: reason.message }, 'waiting for the store');
      await sleep(wait);
    }
  }
}
