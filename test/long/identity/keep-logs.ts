import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../lab/lab.ts';

/** Copies the logs of a lab to a folder, each under the name of its host. Undefined: to none. */
export function keepLogs({ folder: from }: Lab, folder: string | undefined): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const path of globSync('*/*.log', { cwd: from }))
    copyFileSync(join(from, path), join(folder, path.replaceAll('/', '-')));
}
