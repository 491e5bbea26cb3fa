import { STEP_1 } from './step-1.ts';
import { STEP_2 } from './step-2.ts';
import { STEP_3 } from './step-3.ts';
import { STEP_4 } from './step-4.ts';

/**
 * The migrations from an empty database to this schema version, one entry per version; there is no way back. A released step
 * is never edited: a change is a new step at the end. All objects are in the schema `daybreak`, so that the database may
 * hold other things too.
 */
export const MIGRATIONS: readonly string[] = [STEP_1, STEP_2, STEP_3, STEP_4];

/** The schema version that this program writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** The notification channel of commits; the payload is the revision. */
export const CHANNEL = 'daybreak';

/** The notification channel of announcements; the payload is the text. A program of a version without them does not listen to it. */
export const ANNOUNCEMENTS = 'daybreak_announcements';

/** The SQLSTATE of a commit by a program that does not know the schema version. */
export const UNKNOWN_SCHEMA = 'DB001';

/** The SQLSTATE of a read of changes since a revision that is older than the last pruned tombstone. */
export const FORGOTTEN = 'DB002';

/** The SQLSTATE of a read of a store that has rows above its own revision. */
export const OUTDATED = 'DB003';
