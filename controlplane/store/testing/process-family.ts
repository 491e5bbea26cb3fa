import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The server, and then the processes that it has started. */
export async function family(server: ChildProcess | undefined): Promise<readonly number[]> {
  const pid = server?.pid;
  if (pid === undefined) return [];
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const words = text.split(' ').filter((word) => word.trim() !== '');
  return [pid, ...words.map(Number)];
}

/** Sends them a signal; who has ended by himself is passed over. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself.
    }
  }
}

/** Not so of a process that has ended and waits for PID 1 to notice. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
  return !/\) [ZX]/.test(stat);
}
