import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { RESOURCE_CHECKSUM, TOKEN_CHECKSUM } from '../row-checksum.ts';

const DAMAGED = [
  `resource where checksum <> ${RESOURCE_CHECKSUM}`,
  `client_token where checksum <> ${TOKEN_CHECKSUM}`,
];

/** Takes the rows away that are not what was written. Answers how many there were. */
export function deleteDamaged(db: DatabaseSync): number {
  return DAMAGED.reduce((sum, rows) => sum + Number(db.prepare(`delete from ${rows}`).run().changes), 0);
}

/**
 * What is wrong with how the file is built, in SQLite's words; undefined where it is sound. A row that an index has and the
 * table has not shows here: checksums do not show what is missing.
 */
export function structuralDamage(db: DatabaseSync): string | undefined {
  const found: SQLOutputValue | undefined = db.prepare('pragma integrity_check(1)').get()?.[
    'integrity_check'
  ];
  return found === 'ok' ? undefined : String(found);
}
