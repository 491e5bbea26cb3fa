import type { Log } from '../../common/log.ts';
import type { Store } from '../store/store.ts';
import type { Change } from './resource.ts';

/** Tombstones that a store keeps: how far a replica may lag behind before it has to read everything again. */
const KEPT = 10_000;
/** Number of deletions after which the store prunes older tombstones. */
const EVERY = 1000;

/** Returns a listener for all changes read from a store. It prunes old tombstones, which would pile up without bound. */
export function forgetDeletions(store: Store, log: Log): (changes: readonly Change[]) => void {
  let deletions = 0;
  return (changes) => {
    deletions += changes.filter(({ resource }) => resource === undefined).length;
    if (deletions < EVERY) return;
    deletions = 0;
    // Pruning is not urgent: after a failure it is tried again after as many deletions.
    store
      .prune(KEPT)
      .catch((error: unknown) =>
        log.warn({ err: error }, 'cannot prune tombstones; trying again after further deletions'),
      );
  };
}
