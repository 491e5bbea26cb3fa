import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that got the same number. `started` is in clock ticks since the machine's start. */
export type Owner = { readonly pid: number; readonly started: string };

/** A running process by its number; undefined when there is none. */
export function ownerOf(pid: number): Owner | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether the process still runs. */
export function isAlive({ pid, started }: Owner): boolean {
  return startOf(pid) === started;
}

/** Field 22 of /proc/PID/stat (proc(5)); the command's name before it may hold blanks and parentheses. A zombie does not run. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
