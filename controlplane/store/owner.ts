import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../common/log.ts';

type Owner = { readonly pid: number; readonly host: string; readonly since: string };

const FILE = 'owner.json';

/**
 * Writes who owns the data folder, for people and for the message to the next one. The lock itself is the database's, so a
 * disk that does not take it keeps nobody from starting.
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
    log?.warn({ file, err: error }, 'the owner of the folder cannot be written down');
  }
}

/** The holder in words, from the owner file; `an unknown process` where that cannot be read. */
export function readOwner(folder: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Partial<Owner>;
    return `process ${pid ?? '?'} on ${host ?? '?'}, since ${since ?? '?'}`;
  } catch {
    return 'an unknown process';
  }
}

/** Takes the owner file away; to be called while the lock is still held. */
export function removeOwner(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}
