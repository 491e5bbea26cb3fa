import { coded } from '../../codes.ts';
import type { Pool } from 'pg';
import type { Log } from '../../../common/log.ts';
import { LOSS_ACCEPTED, StoreError, unavailable } from '../errors.ts';
import { migratePostgres } from './migrate.ts';
import { acceptLoss } from './damage.ts';
import { describePostgresError, isPassing, openPool, type ClosablePool } from './connection.ts';
import type { Loss } from '../store.ts';
import { waitForStore } from '../wait-for-store.ts';

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
export async function openPostgres({ url, where, log, patience, loss }: OpenOptions): Promise<ClosablePool> {
  const pool = openPool(url);
  const open = async (): Promise<ClosablePool> => {
    try {
      await migratePostgres(pool, where, log);
      if (loss === 'accept') await accept(pool, where, log);
      return pool;
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw unavailable(`open ${where}`, describePostgresError(error), isPassing(error));
    }
  };
  try {
    return await waitForStore(open, log, patience);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function accept(pool: Pool, where: string, log: Log): Promise<void> {
  const damagedRows = await acceptLoss(pool);
  log.warn(coded('LOSS_ACCEPTED', { store: where, damagedRows }), LOSS_ACCEPTED);
}
