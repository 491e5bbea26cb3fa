import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** The first port that this chooses: above those that tests write down. */
const FIRST = 20_200;
/** Linux's default for the first port that the kernel gives to connections. */
const FIRST_OF_KERNEL = 32_768;

const given = new Set<number>();

/**
 * Returns a loopback port that is free at this moment, for a program that needs a fixed port. It is none of those that the kernel gives to
 * connections and to servers on port 0: another test would get it before the program listens there. One process gets no port twice.
 */
export async function freePort(): Promise<number> {
  const [first] = (await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '')).split(
    /\s/,
  );
  const limit = Math.max(FIRST + 1000, Number(first) || FIRST_OF_KERNEL);
  for (;;) {
    const port = randomInt(FIRST, limit);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
