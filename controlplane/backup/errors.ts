/** A backup that cannot be read, or may not be restored; nothing was changed. The exit code is 1. */
export class BackupError extends Error {
  readonly exitCode = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(`${message} Nothing was changed.`, options);
    this.name = 'BackupError';
  }
}

/** A line is not what it was when it was written. `line` counts from 1. */
export const damaged = (name: string, line: number, what: string): BackupError =>
  new BackupError(`${name} is damaged in line ${line}: ${what}.`);

/** It is some other file. */
export const notABackup = (name: string): BackupError =>
  new BackupError(`${name} is no backup: its first line does not say so.`);

/** A later version of the program wrote it, in a form that this one does not know. */
export const laterFormat = (
  name: string,
  { format, program }: { readonly format: number; readonly program: string },
  known: number,
): BackupError =>
  new BackupError(
    `${name} has format ${format}, and this program knows formats up to ${known}: version ${program} wrote it. Restore it with that version.`,
  );

/** The store is not empty. */
export const occupied = (where: string, resources: number): BackupError =>
  new BackupError(
    `${where} is not empty: it holds ${resources} of the resources that --replace would delete, for the backup to take their place.`,
  );
