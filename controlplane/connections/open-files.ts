import { readFileSync } from 'node:fs';

/**
 * Returns the limit on open files of this process; undefined without a limit or without Linux. Node raises its soft limit to the hard
 * limit at its start.
 */
export function openFileLimit(): number | undefined {
  try {
    return limitIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return undefined;
  }
}

/** Returns the soft limit on open files in `/proc/PID/limits` (proc(5)). */
export function limitIn(limits: string): number | undefined {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
