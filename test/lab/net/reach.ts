import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';

/** Returns whether any user can read a file (or list a folder) by its path; false for a checkout below a closed home. */
export function isOpenToAll(path: string): boolean {
  const execute = statSync(path).isDirectory() ? 0o5 : 0o4;
  if ((statSync(path).mode & execute) !== execute) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Returns a folder for temporary files that any user can reach and we can write to. */
export function openTemporaryFolder(): string {
  const found = [tmpdir(), '/tmp', '/var/tmp'].find((folder) => {
    try {
      accessSync(folder, constants.W_OK);
      return isOpenToAll(folder);
    } catch {
      return false;
    }
  });
  if (found === undefined)
    throw new Error(`no folder for temporary files that any user can reach: set TMPDIR`);
  return found;
}
