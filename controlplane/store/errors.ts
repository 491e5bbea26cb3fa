import type { ControlPlaneCode } from '../codes.ts';
import { errorText } from '../../common/error-text.ts';
/**
 * Why a store cannot be used.
 * `STORE_HELD`: another control plane has it open. `STORE_NEWER`: a later version of the program wrote it. `STORE_FOREIGN`: it was
 * not created by this program. `STORE_UNAVAILABLE`: the disk or the server fails. `STORE_BUSY`: other control planes commit before each attempt of
 * this one. `STORE_DAMAGED`: its contents are corrupt, and retries
 * do not help. `STORE_LOST`: acknowledged commits are missing.
 */
export type StoreErrorCode = Extract<
  ControlPlaneCode,
  | 'STORE_HELD'
  | 'STORE_NEWER'
  | 'STORE_FOREIGN'
  | 'STORE_UNAVAILABLE'
  | 'STORE_BUSY'
  | 'STORE_DAMAGED'
  | 'STORE_LOST'
>;

/**
 * The store cannot be used; the message says which store and why. At start the exit code is 1; `status` is the HTTP status
 * of an API call: 503, or 500 if the store is damaged.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly exitCode = 1;
  /** Whether the same call may succeed later without a change of configuration: the server is down, starting, full, or a standby. */
  readonly isPassing: boolean;

  get status(): 500 | 503 {
    return this.code === 'STORE_DAMAGED' ? 500 : 503;
  }

  constructor(
    code: StoreErrorCode,
    message: string,
    options?: ErrorOptions & { readonly isPassing?: boolean },
  ) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
    this.isPassing = options?.isPassing ?? false;
  }
}

/** Another control plane has the data folder open. `holder` describes that process, if known. */
export function held(file: string, holder: string): StoreError {
  return new StoreError(
    'STORE_HELD',
    `${file} is in use by another control plane: ${holder}. A data folder has one owner.`,
  );
}

/** A later version of the program wrote the schema. */
export function newer(file: string, found: number, known: number): StoreError {
  return new StoreError(
    'STORE_NEWER',
    `${file} has schema version ${found}, and this program knows versions up to ${known}: it was written by a later version. Start that version, or restore a backup from before.`,
  );
}

/** The file was not created by this program. */
export function foreign(file: string, reason: string, cause?: unknown): StoreError {
  return new StoreError(
    'STORE_FOREIGN',
    `${file} cannot be used as a store: ${reason}. Nothing was changed.`,
    {
      cause,
    },
  );
}

/** The engine failed at `what`. `isPassing`: as in StoreError. */
export function unavailable(what: string, cause: unknown, isPassing = false): StoreError {
  const reason = errorText(cause);
  return new StoreError('STORE_UNAVAILABLE', `the store failed to ${what}: ${reason}`, { cause, isPassing });
}

/** Other control planes committed before each attempt to write `what`. */
export function busy(what: string, attempts: number): StoreError {
  const text = `other control planes kept writing, and this one could not write ${what} in ${attempts} attempts: nothing was written, and the same call may succeed later`;
  return new StoreError('STORE_BUSY', text, { isPassing: true });
}

/** The engine failed at `what` because the store is corrupt. `advice`: what to do, as a sentence. */
export function damaged(what: string, cause: Error, advice = ''): StoreError {
  const message = `the store is damaged, and failed to ${what}: ${cause.message}${advice === '' ? '' : `. ${advice}`}`;
  return new StoreError('STORE_DAMAGED', message, { cause });
}

/** Returns advice about damaged rows. `store`: the flags that name the store. */
export function adviceOnRows(store: string): string {
  return `Restore a backup (daybreak restore FILE ${store} --replace), or start the control plane once with --accept-loss, which deletes them.`;
}

/** The database is empty or missing, and was not so before. `mark`: the newest known revision, 0 if unknown. */
export function emptied(file: string, folder: string, mark: number): StoreError {
  const known = mark > 0 ? `revision ${mark} was acknowledged` : `its log ${file}-wal has commits`;
  return new StoreError(
    'STORE_LOST',
    `${file} is empty or missing, and ${known}. Nothing was changed. ${adviceOnLoss(folder)}`,
  );
}

/** The database is at an older revision than the mark beside it. */
export function lostCommits(file: string, folder: string, revision: number, mark: number): StoreError {
  return new StoreError(
    'STORE_LOST',
    `${file} is at revision ${revision}, and revision ${mark} was acknowledged: commits are lost. ${adviceOnLoss(folder)}`,
  );
}

function adviceOnLoss(folder: string): string {
  return `Put the missing file back, restore a backup (daybreak restore FILE --data ${folder} --replace), or start the control plane once with --accept-loss to continue with the data that is left.`;
}

/** The log line of a start that accepts the loss of data. */
export const LOSS_ACCEPTED = 'store opened with --accept-loss: start without --accept-loss from now on';

/** The backup that precedes a schema migration could not be written. */
export function noBackup(file: string, cause: unknown): StoreError {
  const reason = errorText(cause);
  return new StoreError(
    'STORE_UNAVAILABLE',
    `the schema was not migrated, because ${file} cannot be written: ${reason}. Nothing was changed.`,
    { cause },
  );
}
