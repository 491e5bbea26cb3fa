import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A slow link to a server on loopback that many connections share. */
export type ThinLink = {
  readonly port: number;
  /** Returns how many bytes the server has sent over the link. */
  bytes(): number;
  readonly close: () => void;
};

const TICK_MS = 20;
/** Bytes that one connection may send before the next one does. */
const PORTION = 512;

/** Opens a link. Bytes from the server pass at `bytesPerSecond`, all connections together; bytes from the clients are not limited. */
export async function openThinLink(target: number, bytesPerSecond: number): Promise<ThinLink> {
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  let passed = 0;
  let budget = 0;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    near.pipe(far);
    // No automatic reading: bytes wait in the buffer for the link.
    far.on('readable', () => undefined);
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
  });

  /** Passes one portion of a connection; returns whether there were bytes to pass. */
  function lead({ near, far }: { readonly near: Socket; readonly far: Socket }): boolean {
    if (budget <= 0 || near.writableNeedDrain) return false;
    const portion = (far.read(PORTION) ?? far.read()) as Buffer | null;
    if (portion === null) return false;
    near.write(portion);
    budget -= portion.length;
    passed += portion.length;
    return true;
  }

  const timer = setInterval(() => {
    budget = Math.min(budget, 0) + (bytesPerSecond * TICK_MS) / 1000;
    let isAnyLed = true;
    while (isAnyLed) {
      isAnyLed = false;
      const turn = Array.from(pairs);
      for (const pair of turn) {
        if (budget <= 0) return;
        // The next turn begins with another connection.
        pairs.delete(pair);
        pairs.add(pair);
        isAnyLed = lead(pair) || isAnyLed;
      }
    }
  }, TICK_MS);

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    bytes: () => passed,
    close() {
      clearInterval(timer);
      server.close();
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
    },
  };
}
