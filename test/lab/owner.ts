import { readFileSync } from 'node:fs';

/** A process, distinguished from a later one with the same pid. `started` is in clock ticks since the machine's boot. */
export type Owner = { readonly pid: number; readonly started: string };

/** Looks up a running process by its pid; undefined if there is none. */
export function ownerOf(pid: number): Owner | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether the process still runs. */
export function isAlive({ pid, started }: Owner): boolean {
  return startOf(pid) === started;
}

/** Field 22 of /proc/PID/stat (proc(5)); the command's name before it may contain blanks and parentheses. A zombie does not run. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
