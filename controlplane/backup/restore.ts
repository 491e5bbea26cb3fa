import type { Store } from '../store/store.ts';
import { occupied } from './errors.ts';
import type { Backup } from './format.ts';

/**
 * Replaces the content of a store by a backup, in one atomic commit. Returns the revision of that commit. `where`: the store's
 * name in errors.
 * @param mayReplace whether existing resources may be deleted
 * @throws BackupError if the store is not empty and `mayReplace` is false
 */
export async function restore(
  store: Store,
  { contents }: Backup,
  where: string,
  mayReplace: boolean,
): Promise<number> {
  const replaced = await store.replace(contents, mayReplace);
  if (replaced.outcome === 'occupied') throw occupied(where, replaced.resources);
  return replaced.revision;
}
