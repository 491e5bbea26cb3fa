import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NAMESPACES = '/run/netns';
const LIMIT_MS = 60_000;
const PAUSE_MS = 5;

/**
 * Kills every process in these network namespaces, and returns when all are gone, with their files closed; after a minute in any case. Repeatedly: a
 * process that is killed may just have started another. Synchronous, so that it can be among the last acts of a process.
 */
export function endProcesses(namespaces: readonly string[]): void {
  const inodes = new Set(namespaces.map((namespace) => `net:[${statSync(join(NAMESPACES, namespace)).ino}]`));
  const until = Date.now() + LIMIT_MS;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (Date.now() < until) {
    const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && inodes.has(networkOf(pid)));
    if (pids.length === 0) return;
    for (const pid of pids) kill(Number(pid));
    Atomics.wait(clock, 0, 0, PAUSE_MS);
  }
}

function networkOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return 'gone';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process ended by itself.
  }
}
