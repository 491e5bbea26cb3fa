import { readFile } from 'node:fs/promises';

/** Bytes. The table has 128 bytes a socket. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Returns how many datagrams the kernel dropped because the socket of this IPv4 address and port was full; undefined if there is no such
 * socket. It is the last column of /proc/net/udp (proc(5)).
 */
export async function kernelDrops(address: string, port: number): Promise<number | undefined> {
  const table = await readFile('/proc/self/net/udp', 'latin1').catch(() => '');
  return dropsIn(table.slice(0, MOST_BYTES), address, port);
}

/** Returns the drops of a socket in the text of /proc/net/udp. */
export function dropsIn(table: string, address: string, port: number): number | undefined {
  // The kernel prints the address as a number in the byte order of the machine, which is little-endian on both architectures.
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  const wanted = `${bytes.toReversed().join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] === wanted) return Number(columns.at(-1));
  }
  return undefined;
}
