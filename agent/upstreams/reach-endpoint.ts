import { connect } from 'node:net';

/**
 * Resolves once a TCP connection succeeds, and closes the connection without sending data. The caller limits the time by `signal`.
 * @throws Error if the connection fails, or `signal` aborts
 */
export function reachEndpoint(host: string, port: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port });
  const end = (): void => void socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', end, { once: true });
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.destroy();
    resolve();
  });
  socket.once('close', () => signal.removeEventListener('abort', end));
  return promise;
}
