import type { Log } from '../../common/log.ts';
import type { StoreLocation } from './location.ts';
import type { Loss, Store } from './store.ts';

/**
 * Opens the store, and loads only the code of its engine.
 * @throws StoreError if the store cannot be used
 */
export async function openStore(location: StoreLocation, log: Log, loss: Loss): Promise<Store> {
  if (location.engine === 'sqlite') {
    const { openSqliteStore } = await import('./sqlite/sqlite.ts');
    return openSqliteStore({ folder: location.folder, loss, log });
  }
  const { openPostgresStore } = await import('./postgres/postgres.ts');
  return openPostgresStore({ url: location.url, loss, log });
}
