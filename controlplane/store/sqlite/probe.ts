import type { DatabaseSync } from 'node:sqlite';
import { PROBE_BYTES } from '../store.ts';

/** As Store.probe. Two commits: pages that one commit both writes and frees never come to the disk. */
export function probe(db: DatabaseSync): void {
  db.prepare('update store set probe = randomblob(?)').run(PROBE_BYTES);
  db.exec('update store set probe = null');
}
