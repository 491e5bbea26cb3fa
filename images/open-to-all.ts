import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Lets any user read all files in `folder`, and run those that `isProgram` selects, independent of the umask. */
export async function openToAll(folder: string, isProgram: (path: string) => boolean): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    await chmod(path, entry.isDirectory() || isProgram(path) ? 0o755 : 0o644);
  }
}
