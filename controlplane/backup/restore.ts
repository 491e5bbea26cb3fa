import type { Log } from '../../common/log.ts';
import type { Store } from '../store/store.ts';
import { START_PATIENCE_MS, waitForStore } from '../store/wait-for-store.ts';
import { occupied } from './errors.ts';
import type { Backup } from './format.ts';
import { withLaterAuthority } from './restored-authority.ts';

/** `where`: the store's name in errors. `mayReplace`: whether existing resources may be deleted. */
export type RestoreOptions = {
  readonly where: string;
  readonly mayReplace: boolean;
  readonly log: Log;
  /** How long to wait for a store that is away, in milliseconds. Default: 30,000. */
  readonly patienceMs?: number;
};

/**
 * Replaces the content of a store by a backup, in one atomic commit. Returns the revision of that commit.
 * @throws BackupError if the store is not empty and `mayReplace` is false
 */
export async function restore(
  store: Pick<Store, 'replace'>,
  { contents }: Backup,
  { where, mayReplace, log, patienceMs = START_PATIENCE_MS }: RestoreOptions,
): Promise<number> {
  const resources = withLaterAuthority(contents.resources, Date.now());
  const replace = () => store.replace({ ...contents, resources }, mayReplace);
  // If the answer to a commit is lost, a second attempt may find the resources of the first one, which only `mayReplace` allows.
  const replaced = await waitForStore(replace, log, mayReplace ? patienceMs : 0);
  if (replaced.outcome === 'occupied') throw occupied(where, replaced.resources);
  return replaced.revision;
}
