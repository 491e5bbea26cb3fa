import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a control plane that can be cut and opened again, and whose bytes are counted. */
export type CountedLink = {
  /** The value of APPMESH_XDS_ENDPOINT that takes this way. */
  readonly xds: string;
  /** Bytes that the control plane has sent so far. */
  bytes(): number;
  /** The time, as of `performance.now()`, of the first connection since the way was opened; undefined before. */
  connectedAt(): number | undefined;
  /** Ends all connections, and refuses new ones. */
  cut(): Promise<void>;
  /** Accepts connections again, on the same port. */
  open(): Promise<void>;
};

/** Opens a way to the control plane at `xds` (`http://HOST:PORT`) on a free port of `address`. */
export async function openCountedLink(address: string, xds: string): Promise<CountedLink> {
  const target = new URL(xds);
  const sockets = new Set<Socket>();
  let bytes = 0;
  let connectedAt: number | undefined;
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    far.once('connect', () => (connectedAt ??= performance.now()));
    far.on('data', (chunk) => (bytes += chunk.length));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    xds: `http://${address}:${port}`,
    bytes: () => bytes,
    connectedAt: () => connectedAt,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async open() {
      connectedAt = undefined;
      server.listen(port, address);
      await once(server, 'listening');
    },
  };
}
