import { lstatSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { once } from 'node:events';

const LIMIT_MS = 1000;
/** Nobody but the owner may open it. */
const UMASK = 0o177;

/**
 * Has a server listen on a unix socket of mode 0600. A socket at which nobody listens, as a killed process leaves it, is
 * replaced; whatever else has the path stays.
 * @throws Error
 */
export async function listenOnPath(server: Server, path: string): Promise<void> {
  if (await isLeftBehind(path)) rmSync(path);
  // The socket is made within this call; a mode that is set later would leave it open until then.
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
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
