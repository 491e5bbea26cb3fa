import { writeFileSync } from 'node:fs';

/**
 * Protects this process's memory, which holds private keys and tokens: core files of this process and its children contain no memory,
 * and SIGUSR1 does not open Node's debugger, which has no authentication. Call this before switching users, because the file belongs to
 * root afterwards. Returns a function that restores SIGUSR1.
 */
export function guardProcess(): () => void {
  try {
    // Bits of the mappings to dump (core(5)): none. Unlike `ulimit -c 0`, this also applies to a core_pattern that is a pipe.
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // The kernel has no core files, or the user was already switched, and then there are none either.
  }
  const ignored = () => undefined;
  process.on('SIGUSR1', ignored);
  return () => void process.off('SIGUSR1', ignored);
}
