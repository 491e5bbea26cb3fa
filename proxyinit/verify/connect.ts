import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { timeLimit } from '../../common/limits/time-limit.ts';
import { asOwner } from './as-owner.ts';
import type { Owner } from './probes.ts';
import type { Endpoint } from './sockets.ts';

/** Result of a connection: the local endpoint and the socket, or the error code. */
export type Attempt = { readonly end: Endpoint; readonly socket: Socket } | { readonly code: string };

/** Opens a connection as another user, with a time limit in milliseconds. The caller destroys the socket. */
export async function attempt(
  owner: Owner,
  address: string,
  port: number,
  milliseconds: number,
): Promise<Attempt> {
  let failure: NodeJS.ErrnoException | undefined;
  const socket = await asOwner(owner, () => {
    return connect({ host: address, port }).on('error', (error) => (failure = error));
  });
  const late = new AbortController();
  const stop = timeLimit(milliseconds, () => late.abort());
  try {
    if (socket.connecting) await once(socket, 'connect', { signal: late.signal });
  } catch (error) {
    failure ??= error as NodeJS.ErrnoException;
  } finally {
    stop();
  }
  const { localAddress, localPort } = socket;
  if (failure === undefined && localAddress !== undefined && localPort !== undefined) {
    return { end: { address: localAddress, port: localPort }, socket };
  }
  socket.destroy();
  return { code: failure?.name === 'AbortError' ? 'ETIMEDOUT' : (failure?.code ?? 'ECONNRESET') };
}
