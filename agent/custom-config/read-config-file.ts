import { readFileSync, statSync } from 'node:fs';
import { cannotUseConfigFile } from '../errors.ts';

/** Bytes. Larger than any bootstrap, and a bound for the agent's memory. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Reads a file that a variable names.
 * @throws AgentError if it is missing, unreadable, too large, or not a regular file: a pipe would block the start
 */
export function readConfigFile(variable: string, path: string): string {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw new Error('not a regular file');
    if (found.size > LARGEST) throw new Error(`larger than ${LARGEST} bytes`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw cannotUseConfigFile(variable, path, cause);
  }
}
