import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcesses } from './end-processes.ts';
import { NETNS_ETC } from './net/names.ts';

const NAMESPACES = '/run/netns';
const LIMIT_MS = 60_000;

/**
 * The traces that a lab leaves in the system: a network interface, which has the lab's number in its name; everything else whose name begins with the
 * interface's name and a `-`; and its folder.
 */
export type Remains = { readonly link: string; readonly folder: string };

/**
 * Removes everything of a lab, including one of another process: the processes in its namespaces, the namespaces with their interfaces, its hosts
 * files, its folder. Skips what does not exist. Synchronous, so that it can be the last act of a process.
 */
export function removeRemains({ link, folder }: Remains): void {
  const namespaces = entries(NAMESPACES).filter((entry) => entry.startsWith(`${link}-`));
  endProcesses(namespaces);
  const lines = [`link del ${link}`, ...namespaces.map((namespace) => `netns del ${namespace}`)];
  // -force: continues after a line that fails. A missing interface does not matter.
  spawnSync('ip', ['-force', '-batch', '-'], { input: `${lines.join('\n')}\n`, timeout: LIMIT_MS });
  for (const entry of entries(NETNS_ETC).filter((candidate) => candidate.startsWith(`${link}-`))) {
    rmSync(join(NETNS_ETC, entry), { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
