import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of third-party files. Hidden folders, such as `.terraform`, are skipped too. */
const PASSED_OVER = new Set(['node_modules']);

/**
 * Returns the files in a folder and in all folders within, in the order of their names, without hidden ones. It follows links, as Terraform
 * and Kustomize do, but reads no folder twice.
 */
export async function filesIn(folder: string, seen: Set<string> = new Set()): Promise<readonly string[]> {
  const real = await realpath(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    // The target of the link does not exist.
    const kind = entry.isSymbolicLink() ? await stat(inside).catch(() => undefined) : entry;
    if (kind?.isDirectory() === true && !PASSED_OVER.has(entry.name))
      files.push(...(await filesIn(inside, seen)));
    else if (kind?.isFile() === true) files.push(inside);
  }
  return files;
}
