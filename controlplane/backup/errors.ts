/** A backup that cannot be read or must not be restored. Nothing was changed. The exit code is 1. */
export class BackupError extends Error {
  readonly exitCode = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(`${message} Nothing was changed.`, options);
    this.name = 'BackupError';
  }
}

/** A line of the backup is damaged. `line` counts from 1. */
export const damaged = (name: string, line: number, what: string): BackupError =>
  new BackupError(`${name} is damaged in line ${line}: ${what}.`);

/** The file is not a backup. */
export const notABackup = (name: string): BackupError =>
  new BackupError(`${name} is not a backup: its first line is not the header of one.`);

/** A later version of the program wrote the backup, in a format that this version does not know. */
export const laterFormat = (
  name: string,
  { format, program }: { readonly format: number; readonly program: string },
  known: number,
): BackupError =>
  new BackupError(
    `${name} has format ${format}, but this program knows formats up to ${known} only. Restore it with version ${program}, which wrote it.`,
  );

/** The store is not empty. */
export const occupied = (where: string, resources: number): BackupError =>
  new BackupError(
    `${where} is not empty: it holds ${resources} ${resources === 1 ? 'resource' : 'resources'}. --replace deletes them before it restores the backup.`,
  );
