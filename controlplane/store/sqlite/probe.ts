import type { DatabaseSync } from 'node:sqlite';
import { PROBE_BYTES } from '../store.ts';

/** Implements Store.probe. Two commits: SQLite never writes pages that the same commit frees. */
export function probe(db: DatabaseSync): void {
  db.prepare('update store set probe = randomblob(?)').run(PROBE_BYTES);
  db.exec('update store set probe = null');
}
