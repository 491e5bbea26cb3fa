import { STEP_1 } from './step-1.ts';
import { STEP_2 } from './step-2.ts';
import { STEP_3 } from './step-3.ts';

/**
 * The steps that lead from an empty database to the schema of this version, one entry a version; they only ever go
 * forward. A step that was released is never edited: a change is a new step at the end. Everything is in the schema
 * `daybreak`, so that the database may hold other things too.
 */
export const MIGRATIONS: readonly string[] = [STEP_1, STEP_2, STEP_3];

/** The schema version that this program writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** Where commits are told of; the payload is the revision. */
export const CHANNEL = 'daybreak';

/** The SQLSTATE of a commit by a program that does not know the schema. */
export const UNKNOWN_SCHEMA = 'DB001';

/** The SQLSTATE of reading the changes since a revision before the last deletion that is forgotten. */
export const FORGOTTEN = 'DB002';

/** The SQLSTATE of reading a store that has rows of later revisions than it knows of. */
export const OUTDATED = 'DB003';
