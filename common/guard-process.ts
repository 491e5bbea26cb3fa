import { writeFileSync } from 'node:fs';

/**
 * Keeps this process's memory, which holds private keys and tokens, to itself: a core file of it, or of a process that it starts,
 * has no memory in it, and SIGUSR1 does not open Node's debugger, which asks nobody for credentials. Call it before the user is
 * changed: the file is root's afterwards. Returns how SIGUSR1 gets its usual effect back.
 */
export function guardProcess(): () => void {
  try {
    // The kinds of mappings that are dumped, as bits (core(5)): none. It holds for pipes too, which pass over a limit of 0.
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel without core files, or a user who was changed already: then there are none.
  }
  const ignored = () => undefined;
  process.on('SIGUSR1', ignored);
  return () => void process.off('SIGUSR1', ignored);
}
