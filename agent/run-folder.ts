import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cannotUseRunFolder } from './errors.ts';

/** The agent's own folder while it runs. Its mode is 0700, so that no other user opens the sockets in it. */
export type RunFolder = {
  readonly path: string;
  /** Returns the path of a file in it. */
  readonly file: (name: string) => string;
  /** Writes a file of mode 0600. @throws AgentError */
  readonly write: (name: string, text: string) => void;
  readonly remove: () => void;
};

/**
 * Creates a new folder in `parent`.
 * @throws AgentError
 */
export function makeRunFolder(parent: string): RunFolder {
  const attempt = <T>(use: () => T): T => {
    try {
      return use();
    } catch (cause) {
      throw cannotUseRunFolder(parent, cause);
    }
  };
  const path = attempt(() => mkdtempSync(join(parent, 'daybreak-agent-')));
  return {
    path,
    file: (name) => join(path, name),
    write: (name, text) => attempt(() => writeFileSync(join(path, name), text, { mode: 0o600 })),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
