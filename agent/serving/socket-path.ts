import { lstatSync, rmSync, statSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { errorCode } from '../../common/error-code.ts';

const LIMIT_MS = 1000;
/** Only the owner may open the socket. */
const UMASK = 0o177;

/**
 * Listens on a unix socket of mode 0600. Replaces a socket without a listening process, as a killed process leaves it; any other file
 * at the path stays.
 * @throws Error if the path is in use, or its folder does not exist
 */
export async function listenOnPath(server: Server, path: string): Promise<void> {
  // For a missing folder, `listen` says that permission was denied.
  statSync(dirname(path));
  if (await isLeftBehind(path)) rmSync(path);
  // `listen` creates the socket; a chmod afterwards would leave it open for a moment.
  const umask = process.umask(UMASK);
  const listening = once(server, 'listening');
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
  await listening;
}

async function isLeftBehind(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  const socket = connect(path);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT_MS) });
    return false;
  } catch (error) {
    return errorCode(error) === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
