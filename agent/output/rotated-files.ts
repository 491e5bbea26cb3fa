import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/**
 * Renames a log file to its path, a dot, and the seconds since 1970, as App Mesh's agent named it. The number is greater than those of all
 * files that were renamed before, also if there were several in a second: no file is replaced, and their order is that of their lines.
 */
export async function setAside(path: string, nowMs: number = Date.now()): Promise<void> {
  const [newest = 0] = await numbers(path);
  await rename(path, `${path}.${Math.max(Math.floor(nowMs / 1000), newest + 1)}`);
}

/** Deletes the oldest renamed files of a log file, so that `keep` are left. Other files stay, whatever their name. */
export async function deleteOldest(path: string, keep: number): Promise<void> {
  for (const number of (await numbers(path)).slice(keep)) await rm(`${path}.${number}`, { force: true });
}

/** Returns the numbers of the renamed files, newest first. */
async function numbers(path: string): Promise<readonly number[]> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((text) => /^[1-9]\d{0,14}$/.test(text))
    .map(Number)
    .toSorted((a, b) => b - a);
}
