import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../error-code.ts';

/**
 * Creates a folder and its missing parents, as `mkdir` with `recursive` does. `mkdir` itself never returns if the parent exists and refuses
 * new folders with `ENOENT`, as /proc does.
 * @throws Error of `mkdir` if the folder cannot be created; `EEXIST` if a file has its name
 */
export function makeFolder(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || existsSync(parent)) throw error;
    makeFolder(parent, mode);
    mkdirSync(path, { mode });
  }
}
