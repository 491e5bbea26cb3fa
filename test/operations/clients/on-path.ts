import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Returns whether the machine has a program of that name. */
export function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
