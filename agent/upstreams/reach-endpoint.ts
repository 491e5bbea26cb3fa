import { connect } from 'node:net';

/**
 * Resolves when a TCP connection can be made, which is closed again without a byte.
 * @throws Error why it cannot, or when `signal` is aborted; its owner limits the time
 */
export function reachEndpoint(host: string, port: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port });
  const end = (): void => void socket.destroy(new Error('given up'));
  signal.addEventListener('abort', end, { once: true });
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.destroy();
    resolve();
  });
  socket.once('close', () => signal.removeEventListener('abort', end));
  return promise;
}
