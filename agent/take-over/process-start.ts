import { readFileSync } from 'node:fs';

/** A process, told apart from a later one with the same id by its start: clock ticks since the boot, field 22 of proc(5)'s `stat`. */
export type ProcessIdentity = { readonly pid: number; readonly start: string };

/** Returns the start of a process; undefined if there is none with this id, or it has ended and only waits for its parent. */
export function startOf(pid: number): string | undefined {
  try {
    return startIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Returns the start in a text of `/proc/PID/stat`; undefined for a zombie. */
export function startIn(stat: string): string | undefined {
  // The name of the program, in parentheses, may have spaces and parentheses itself.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : fields[18];
}

/** Returns whether this very process runs. */
export function isRunning({ pid, start }: ProcessIdentity): boolean {
  return startOf(pid) === start;
}

/** Sends a signal to this very process. Returns false if it does not run, or may not be sent one. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  try {
    return isRunning(identity) && process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}
