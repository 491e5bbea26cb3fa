import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cannotUseRunFolder } from './errors.ts';
import { errorCode } from '../common/error-code.ts';

/** The agent's own folder while it runs. Its mode is 0700, so that no other user opens the sockets in it. */
export type RunFolder = {
  readonly path: string;
  /** Returns the path of a file in it. */
  readonly file: (name: string) => string;
  /** Writes a file of mode 0600. @throws AgentError */
  readonly write: (name: string, text: string) => void;
  readonly remove: () => void;
};

/** The default parent, and its substitute in a container with a read-only root and no tmpfs: each container of Docker has the latter. */
const DEFAULT_PARENT = '/tmp';
const SHARED_MEMORY = '/dev/shm';

/** Attempts to remove a folder. */
const REMOVALS = 10;

/** The beginning of the names of agents' folders, and Envoy's admin socket in each. */
export const FOLDER_PREFIX = 'daybreak-agent-';
export const ADMIN_SOCKET = 'adm.sock';

/** Returns the parent of the agent's folder: `wanted`, but `/dev/shm` for `/tmp` on a read-only file system. */
export function parentOf(wanted: string): string {
  return wanted === DEFAULT_PARENT && isReadOnly(wanted) ? SHARED_MEMORY : wanted;
}

/**
 * Creates a new folder in `parentOf(wanted)`.
 * @throws AgentError
 */
export function makeRunFolder(wanted: string): RunFolder {
  const parent = parentOf(wanted);
  return runFolderAt(attempt(parent, () => mkdtempSync(join(parent, FOLDER_PREFIX))));
}

/** Returns the folder at `path`, which exists. */
export function runFolderAt(path: string): RunFolder {
  return {
    path,
    file: (name) => join(path, name),
    write: (name, text) =>
      attempt(dirname(path), () => writeFileSync(join(path, name), text, { mode: 0o600 })),
    remove: () => removeFolder(path),
  };
}

/**
 * Removes a folder in which other processes may remove files at the same time, as guards do: in that case, one removal by Node stops half-way without an error.
 */
export function removeFolder(path: string): void {
  for (let left = REMOVALS; left > 0 && existsSync(path); left -= 1) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (left === 1) throw error;
    }
  }
}

function attempt<T>(parent: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    throw cannotUseRunFolder(parent, cause);
  }
}

function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return errorCode(error) === 'EROFS';
  }
}
