import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cannotMakeRunFolder } from './errors.ts';

/** The agent's own folder, for as long as it runs: mode 0700, so that nobody else opens the socket in it. */
export type RunFolder = { readonly path: string; readonly remove: () => void };

/**
 * Makes a fresh folder in `parent`.
 * @throws AgentError
 */
export function makeRunFolder(parent: string): RunFolder {
  try {
    const path = mkdtempSync(join(parent, 'daybreak-agent-'));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  } catch (cause) {
    throw cannotMakeRunFolder(parent, cause);
  }
}
