import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A balancer of TCP connections, on loopback. */
export type Forwarder = {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Where connections go from now on, each to the next, `HOST:PORT`. */
  setTargets(targets: readonly string[]): void;
  close(): void;
};

/** `header`: what it sends first on each connection; default: nothing. */
export type ForwarderOptions = { readonly header?: () => Uint8Array };

/** Starts one. A connection that is closed at one end is closed at the other. */
export async function startForwarder(
  first: readonly string[],
  { header }: ForwarderOptions = {},
): Promise<Forwarder> {
  let targets = first;
  let next = 0;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const [host = '', port] = (targets[next % targets.length] ?? '').split(':');
    next += 1;
    const far = connect({ host, port: Number(port), allowHalfOpen: true });
    if (header !== undefined) far.write(header());
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    setTargets: (changed) => void (targets = changed),
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
