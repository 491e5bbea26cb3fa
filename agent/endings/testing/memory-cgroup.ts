import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../test/lab/until.ts';

/** Hierarchies with a memory controller, and the file of the limit: version 1, version 2. */
const PLACES = [
  ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
  ['/sys/fs/cgroup', 'memory.max'],
] as const;

let made = 0;

/**
 * Makes a cgroup of version 1 or 2 with a limit in bytes. Returns its folder, or undefined where this user cannot. Remove it with
 * `removeMemoryCgroup`.
 */
export function makeMemoryCgroup(bytes: number): string | undefined {
  for (const [parent, limit] of PLACES) {
    const path = join(parent, `daybreak-test-${process.pid}-${(made += 1)}`);
    try {
      mkdirSync(path);
      writeFileSync(join(path, limit), String(bytes));
      return path;
    } catch {
      rmSync(path, { recursive: true, force: true });
    }
  }
  return undefined;
}

/** Removes a cgroup whose processes were killed, once they are gone: until then the kernel answers EBUSY. */
export async function removeMemoryCgroup(path: string): Promise<void> {
  await until(`${path} is removed`, () => {
    rmdirSync(path);
    return true;
  });
}
