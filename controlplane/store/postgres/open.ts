import { coded } from '../../codes.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Log } from '../../../common/log.ts';
import { createBackoff } from '../../../xds/client/backoff.ts';
import { LOSS_ACCEPTED, StoreError, unavailable } from '../errors.ts';
import { migratePostgres } from './migrate.ts';
import { acceptLoss } from './damage.ts';
import { describePostgresError, isPassing, openPool } from './connection.ts';
import type { Loss } from '../store.ts';

/** `where` names the database in errors and in the log. `patience`: how long to wait for the server, in milliseconds. */
export type OpenOptions = {
  readonly url: string;
  readonly where: string;
  readonly log: Log;
  readonly patience: number;
  readonly loss: Loss;
};

/**
 * Opens a connection pool and migrates the database to this schema version. Waits for a server that is down or starting.
 * @throws StoreError
 */
export async function openPostgres({ url, where, log, patience, loss }: OpenOptions): Promise<Pool> {
  const pool = openPool(url);
  const backoff = createBackoff(100, 3000);
  const end = Date.now() + patience;
  for (;;) {
    try {
      await migratePostgres(pool, where, log);
      if (loss === 'accept') await accept(pool, where, log);
      return pool;
    } catch (error) {
      const wait = backoff.next();
      const reason = describePostgresError(error);
      if (error instanceof StoreError || !isPassing(error) || Date.now() + wait > end) {
        await pool.end();
        throw error instanceof StoreError ? error : unavailable(`open ${where}`, reason);
      }
      log.warn(coded('STORE_AWAY', { store: where, reason: reason.message }), 'waiting for the store');
      await sleep(wait);
    }
  }
}

async function accept(pool: Pool, where: string, log: Log): Promise<void> {
  const damagedRows = await acceptLoss(pool);
  log.warn(coded('LOSS_ACCEPTED', { store: where, damagedRows }), LOSS_ACCEPTED);
}
