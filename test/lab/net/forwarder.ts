import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { HostPort } from '../../../common/addresses/host-port.ts';

/** A TCP load balancer. */
export type Forwarder = {
  /** `HOST:PORT` that it listens on. */
  readonly address: string;
  close(): void;
};

/** `header`: bytes to send first on each connection; default: none. `at`: the address to listen on; default: any free loopback port. */
export type ForwarderOptions = { readonly header?: () => Uint8Array; readonly at?: HostPort };

/**
 * Starts a load balancer. Connections go to `targets` (`HOST:PORT`) round-robin; if one refuses, to the next. A connection that closes at one end is
 * closed at the other.
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
