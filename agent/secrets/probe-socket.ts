import { access, constants } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';

const LIMIT_MS = 1000;

/**
 * Connects to a unix socket as this process's user, which is also Envoy's, and closes the connection. Resolves with undefined on
 * success, else with the problem, which begins with the path. Never rejects; times out after a second.
 */
export async function probeSocket(path: string): Promise<string | undefined> {
  const code = await connectionError(path);
  const uid = process.getuid?.();
  switch (code) {
    case undefined:
      return undefined;
    case 'ENOENT':
      return `${path}: there is no such socket`;
    case 'ECONNREFUSED':
      return `${path}: no process listens on this socket`;
    case 'EACCES': {
      const folder = await closedFolder(path);
      return folder === undefined
        ? `${path}: uid ${uid} may not write to the socket`
        : `${folder}: uid ${uid} may not enter the folder that holds the socket`;
    }
    default:
      return `${path}: cannot connect (${code})`;
  }
}

function connectionError(path: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ path, timeout: LIMIT_MS });
  socket.on('connect', () => resolve(undefined));
  socket.on('timeout', () => resolve(`no answer in ${LIMIT_MS} ms`));
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  return promise.finally(() => socket.destroy());
}

/** Returns the topmost parent folder that this user may not enter. */
async function closedFolder(path: string): Promise<string | undefined> {
  const folders: string[] = [];
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    folders.unshift(folder);
  for (const folder of folders) {
    const isOpen = await access(folder, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!isOpen) return folder;
  }
  return undefined;
}
