import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../common/log.ts';

type Owner = { readonly pid: number; readonly host: string; readonly since: string };

const FILE = 'owner.json';

/**
 * Writes the owner of the data folder to a file, for people and for the error message of the next process. The database holds
 * the lock itself, so a failed write does not prevent a start.
 */
export function writeOwner(folder: string, now: Date, log: Log | undefined): void {
  const owner: Owner = { pid: process.pid, host: hostname(), since: now.toISOString() };
  const file = join(folder, FILE);
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, `${JSON.stringify(owner)}\n`);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    log?.warn({ file, err: error }, 'cannot write the owner file of the data folder');
  }
}

/** Describes the holder from the owner file; `an unknown process` if the file is unreadable. */
export function readOwner(folder: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Partial<Owner>;
    return `process ${pid ?? '?'} on ${host ?? '?'}, since ${since ?? '?'}`;
  } catch {
    return 'an unknown process';
  }
}

/** Removes the owner file. Call it while the lock is still held. */
export function removeOwner(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}
