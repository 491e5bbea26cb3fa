import { errorText } from '../../common/error-text.ts';
/**
 * Why a store cannot be used.
 * `held`: another control plane has it. `newer`: a later version of the program wrote it. `foreign`: it is something
 * else than a store of ours. `unavailable`: the disk or the server refuses. `damaged`: it no longer has what was written to
 * it; that does not pass. `lost`: it lacks commits that were acknowledged.
 */
export type StoreErrorCode = 'held' | 'newer' | 'foreign' | 'unavailable' | 'damaged' | 'lost';

/**
 * The store cannot be used; the message says which one and why. At start the exit code is 1; `status` is that of an API call:
 * 503, or 500 where it is damaged.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly exitCode = 1;

  get status(): 500 | 503 {
    return this.code === 'damaged' ? 500 : 503;
  }

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** Another control plane owns the data folder. `holder` says which, as far as it is known. */
export function held(file: string, holder: string): StoreError {
  return new StoreError(
    'held',
    `${file} is in use by another control plane: ${holder}. A data folder has one owner.`,
  );
}

/** The schema is of a later version of the program. */
export function newer(file: string, found: number, known: number): StoreError {
  return new StoreError(
    'newer',
    `${file} has schema version ${found}, and this program knows versions up to ${known}: it was written by a later version. Start that version, or restore a backup from before.`,
  );
}

/** The file is no database of ours. */
export function foreign(file: string, reason: string, cause?: unknown): StoreError {
  return new StoreError('foreign', `${file} cannot be used as a store: ${reason}. Nothing was changed.`, {
    cause,
  });
}

/** The engine failed at `what`. */
export function unavailable(what: string, cause: unknown): StoreError {
  const reason = errorText(cause);
  return new StoreError('unavailable', `the store failed to ${what}: ${reason}`, { cause });
}

/** The engine failed at `what` because of what it found in the store. `advice`: what to do, as a sentence. */
export function damaged(what: string, cause: Error, advice = ''): StoreError {
  const message = `the store is damaged, and failed to ${what}: ${cause.message}${advice === '' ? '' : `. ${advice}`}`;
  return new StoreError('damaged', message, { cause });
}

/** What to do about rows that are not what was written. `store`: the flags that name the store. */
export function adviceOnRows(store: string): string {
  return `Restore a backup (daybreak restore FILE ${store} --replace), or start the control plane once with --accept-loss, which deletes them.`;
}

/** The database is empty, or not there, and was not so before. `mark`: the newest revision that is known, 0 where none is. */
export function emptied(file: string, folder: string, mark: number): StoreError {
  const known = mark > 0 ? `revision ${mark} was acknowledged` : `its log ${file}-wal has commits`;
  return new StoreError(
    'lost',
    `${file} is empty or missing, and ${known}. Nothing was changed. ${adviceOnLoss(folder)}`,
  );
}

/** The database is of an older revision than the mark beside it. */
export function lostCommits(file: string, folder: string, revision: number, mark: number): StoreError {
  return new StoreError(
    'lost',
    `${file} is at revision ${revision}, and revision ${mark} was acknowledged: commits are lost. ${adviceOnLoss(folder)}`,
  );
}

function adviceOnLoss(folder: string): string {
  return `Bring the missing file back, restore a backup (daybreak restore FILE --data ${folder} --replace), or start the control plane once with --accept-loss to go on with what is there.`;
}

/** What is logged where a start goes on with what is there. */
export const LOSS_ACCEPTED = 'what the store has lost is accepted: start without --accept-loss from now on';

/** The backup before a change of the schema could not be written. */
export function noBackup(file: string, cause: unknown): StoreError {
  const reason = errorText(cause);
  return new StoreError(
    'unavailable',
    `the schema is not moved forward, because ${file} cannot be written: ${reason}. Nothing was changed.`,
    { cause },
  );
}
