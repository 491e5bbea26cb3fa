import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Returns the server's process id, followed by those of its children. */
export async function family(server: ChildProcess | undefined): Promise<readonly number[]> {
  const pid = server?.pid;
  if (pid === undefined) return [];
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const words = text.split(' ').filter((word) => word.trim() !== '');
  return [pid, ...words.map(Number)];
}

/** Sends a signal to the processes; skips those that have ended. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // The process has ended.
    }
  }
}

/** Whether a process runs; a zombie, which waits for PID 1 to reap it, does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
  return !/\) [ZX]/.test(stat);
}
