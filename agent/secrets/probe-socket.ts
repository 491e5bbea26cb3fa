import { access, constants } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';

const LIMIT_MS = 1000;

/**
 * Why nobody can be reached at a unix socket, in words that begin with where: as this process, which is Envoy's own user, finds
 * it. Undefined where somebody takes the connection, which is closed again at once. Never fails.
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
      return `${path}: nobody listens there`;
    case 'EACCES': {
      const folder = await closedFolder(path);
      return folder === undefined
        ? `${path}: uid ${uid} may not write to the socket`
        : `${folder}: uid ${uid} may not enter the folder, in which the socket is`;
    }
    default:
      return `${path}: it cannot be connected to (${code})`;
  }
}

function connectionError(path: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ path, timeout: LIMIT_MS });
  socket.on('connect', () => resolve(undefined));
  socket.on('timeout', () => resolve(`no answer for ${LIMIT_MS} ms`));
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  return promise.finally(() => socket.destroy());
}

/** The highest folder above a path that may not be entered. */
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
