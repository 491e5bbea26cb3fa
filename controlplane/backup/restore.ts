import type { Store } from '../store/store.ts';
import { occupied } from './errors.ts';
import type { Backup } from './format.ts';

/**
 * Makes a store what a backup says, in one commit: all of it or nothing. Answers the revision of that commit. `where` names
 * the store in errors.
 * @param mayReplace whether what the store holds may be deleted
 * @throws BackupError where the store is not empty and `mayReplace` is false
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
