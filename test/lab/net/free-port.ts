import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';

/** The first port that this chooses: above those that tests write down. */
const FIRST = 20_200;
/** Linux's default for the first port that the kernel gives to connections. */
const FIRST_OF_KERNEL = 32_768;

const given = new Set<number>();
/** Sockets without a file, which the kernel gives to one process at a time: no other process gets their ports while this one lives. */
const claims = new Set<Server>();

/**
 * Returns a loopback port that is free at this moment, for a program that needs a fixed port. It is none of those that the kernel gives to
 * connections and to servers on port 0: another test would get it before the program listens there. No port is given twice, by any process.
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
    if ((await claim(port)) && (await isFree(port))) return port;
  }
}

/** Claims a port for this process among all that choose ports here. Returns false if another one has it. */
async function claim(port: number): Promise<boolean> {
  const server = createServer().listen(`\0daybreak-port-${port}`).unref();
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  claims.add(server);
  return true;
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
