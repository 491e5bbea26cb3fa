import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { RESOURCE_CHECKSUM, SPEC_CHANGE_CHECKSUM, TOKEN_CHECKSUM } from '../row-checksum.ts';

const DAMAGED = [
  `resource where checksum <> ${RESOURCE_CHECKSUM}`,
  `client_token where checksum <> ${TOKEN_CHECKSUM}`,
  `spec_change where checksum <> ${SPEC_CHANGE_CHECKSUM}`,
];

/** Deletes rows with a wrong checksum. Returns their number. */
export function deleteDamaged(db: DatabaseSync): number {
  return DAMAGED.reduce((sum, rows) => sum + Number(db.prepare(`delete from ${rows}`).run().changes), 0);
}

/**
 * Describes structural damage of the file in SQLite's words; undefined if the file is sound. This check finds a row that is
 * missing from the table but not from an index, which checksums cannot.
 */
export function structuralDamage(db: DatabaseSync): string | undefined {
  const found: SQLOutputValue | undefined = db.prepare('pragma integrity_check(1)').get()?.[
    'integrity_check'
  ];
  return found === 'ok' ? undefined : String(found);
}
