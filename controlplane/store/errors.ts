/**
 * Why a store cannot be used.
 * `held`: another control plane has it. `newer`: a later version of the program wrote it. `foreign`: it is something
 * else than a store of ours, or damaged. `unavailable`: the disk or the server refuses. `damaged`: it was ours when it was
 * opened, and no longer has what it is made of; that does not pass.
 */
export type StoreErrorCode = 'held' | 'newer' | 'foreign' | 'unavailable' | 'damaged';

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
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError('unavailable', `the store failed to ${what}: ${reason}`, { cause });
}

/** The engine failed at `what` because of what it found in the store. */
export function damaged(what: string, cause: Error): StoreError {
  return new StoreError('damaged', `the store is damaged, and failed to ${what}: ${cause.message}`, {
    cause,
  });
}
