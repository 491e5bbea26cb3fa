import { readFileSync } from 'node:fs';

/**
 * How many files this process may have open; undefined where there is no limit, or no Linux to say it. Node has raised its own
 * limit to the hard one by then.
 */
export function openFileLimit(): number | undefined {
  try {
    return limitIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return undefined;
  }
}

/** The soft limit on open files in `/proc/PID/limits` (proc(5)). */
export function limitIn(limits: string): number | undefined {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
