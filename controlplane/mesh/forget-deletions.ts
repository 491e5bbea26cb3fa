import type { Log } from '../../common/log.ts';
import type { Store } from '../store/store.ts';
import type { Change } from './resource.ts';

/** Deletions that a store remembers: how far another control plane may be behind before it has to read everything anew. */
const KEPT = 10_000;
/** Deletions after which it is told to forget the older ones. */
const EVERY = 1000;

/** To be told of all changes that were read from a store: lets it forget old deletions, which would pile up without end. */
export function forgetDeletions(store: Store, log: Log): (changes: readonly Change[]) => void {
  let deletions = 0;
  return (changes) => {
    deletions += changes.filter(({ resource }) => resource === undefined).length;
    if (deletions < EVERY) return;
    deletions = 0;
    // It is for later only: what fails is tried again after as many.
    store.prune(KEPT).catch((error: unknown) => log.warn({ err: error }, 'old deletions stay in the store'));
  };
}
