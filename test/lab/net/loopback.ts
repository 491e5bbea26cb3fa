import { join } from 'node:path';
import type { Host } from '../host.ts';

/** A tunnel to a port on a host's loopback, from outside of the host. */
export type Loopback = {
  /** A Unix socket: each connection to it is forwarded to the port. For `request`'s `socketPath`. */
  readonly socketPath: string;
  close(): Promise<void>;
};

/** Namespaces have separate networks but share files: a small program inside forwards bytes between the two. */
const PASS_ON = `
const { createServer, connect } = require('node:net');
const [socket, port] = process.argv.slice(1);
createServer({ allowHalfOpen: true }, (near) => {
  const far = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}).listen(socket, () => console.log('ready'));
`;

/**
 * Opens a tunnel to 127.0.0.1:`port` on a host, where Envoy's admin interface and the agent's status listen. While no program listens on the port,
 * connections are reset. Costs the host one Node process until it is closed.
 */
export async function openLoopback(host: Host, port: number): Promise<Loopback> {
  const socketPath = join(host.folder, `loopback-${port}`);
  const program = host.spawn(`loopback-${port}`, process.execPath, ['-e', PASS_ON, socketPath, String(port)]);
  await program.line(/^ready$/);
  return { socketPath, close: async () => void (await program.stop()) };
}
