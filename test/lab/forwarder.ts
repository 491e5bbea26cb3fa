import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { HostPort } from '../../common/host-port.ts';

/** A balancer of TCP connections. */
export type Forwarder = {
  /** `HOST:PORT`, where it listens. */
  readonly address: string;
  close(): void;
};

/** `header`: what it sends first on each connection; default: nothing. `at`: where it listens; default: any port of loopback. */
export type ForwarderOptions = { readonly header?: () => Uint8Array; readonly at?: HostPort };

/**
 * Starts one. Connections go to each of `targets`, `HOST:PORT`, in turn; where one refuses, to the next after it. A connection that
 * is closed at one end is closed at the other.
 */
export async function startForwarder(
  targets: readonly string[],
  { header, at = { host: '127.0.0.1', port: 0 } }: ForwarderOptions = {},
): Promise<Forwarder> {
  const open = new Set<Socket>();
  let turn = 0;

  function lead(near: Socket, first: number, tries: number): void {
    const [host = '', port] = (targets[first % targets.length] ?? '').split(':');
    const far = connect({ host, port: Number(port), allowHalfOpen: true });
    const onRefused = (): void => {
      if (tries > 1 && !near.destroyed) lead(near, first + 1, tries - 1);
      else near.destroy();
    };
    far.once('error', onRefused);
    far.once('connect', () => {
      far.off('error', onRefused);
      if (header !== undefined) far.write(header());
      join(near, far);
      join(far, near);
    });
  }

  function join(one: Socket, other: Socket): void {
    open.add(one);
    one.on('error', () => other.destroy());
    one.on('close', () => {
      open.delete(one);
      other.destroy();
    });
    one.pipe(other);
  }

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    near.on('error', () => undefined);
    turn += 1;
    lead(near, turn, targets.length);
  });
  server.listen(at);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `${at.host}:${port}`,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
