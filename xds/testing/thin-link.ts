import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A link to a server on loopback that many connections share. */
export type ThinLink = {
  readonly port: number;
  /** So many bytes of the server have gone over it. */
  bytes(): number;
  readonly close: () => void;
};

const TICK_MS = 20;
/** What one connection is given before it is the next one's turn, in bytes. */
const PORTION = 512;

/** Opens one. All that the server sends to its clients together passes at `bytesPerSecond`; what they send is not held up. */
export async function openThinLink(target: number, bytesPerSecond: number): Promise<ThinLink> {
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  let passed = 0;
  let budget = 0;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    near.pipe(far);
    // Not read by itself: what is in its buffer waits for the link.
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

  /** Gives one connection its portion; answers whether there was something. */
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
        // The next turn begins with another.
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
