import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

type Owner = { readonly pid: number; readonly host: string; readonly since: string };

const FILE = 'owner.json';

/** Writes who owns the data folder, for people and for the message to the next one. The lock itself is the database's. */
export function writeOwner(folder: string, now: Date): void {
  const owner: Owner = { pid: process.pid, host: hostname(), since: now.toISOString() };
  const draft = join(folder, `${FILE}.${process.pid}`);
  writeFileSync(draft, `${JSON.stringify(owner)}\n`);
  renameSync(draft, join(folder, FILE));
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
