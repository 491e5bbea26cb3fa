import { open } from 'node:fs/promises';
import { endianness } from 'node:os';

/** A TCP socket of the host that takes connections; a wildcard address is `0.0.0.0` or `::`. */
export type ListeningSocket = { readonly address: string; readonly port: number };

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
const LISTEN = '0A';
const CHUNK = 16_384;
const MOST_BYTES = 1024 * 1024;

/** The sockets that listen in this network namespace (proc_pid_net(5)); a table that the kernel does not have has none. */
export async function readListeningSockets(): Promise<readonly ListeningSocket[]> {
  const tables = await Promise.all(TABLES.map((path) => readListening(path).catch(() => '')));
  return tables.flatMap(parseSockets);
}

/** The kernel lists what listens first: what follows, one line a connection, is not read. */
async function readListening(path: string): Promise<string> {
  await using file = await open(path);
  let text = '';
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK);
    text += buffer.toString('latin1', 0, bytesRead);
    const rows = text.split('\n').slice(1, -1);
    const isOver = rows.some((row) => stateOf(row) !== LISTEN);
    if (bytesRead === 0 || isOver || text.length > MOST_BYTES) return text;
  }
}

/** Reads the rows of a table that listen. */
export function parseSockets(table: string): readonly ListeningSocket[] {
  return table.split('\n').flatMap((row) => {
    if (stateOf(row) !== LISTEN) return [];
    const [address = '', port = ''] = (row.trim().split(/\s+/)[1] ?? '').split(':');
    return [{ address: address.length === 8 ? fourth(address) : sixth(address), port: parseInt(port, 16) }];
  });
}

function stateOf(row: string): string | undefined {
  return row.trim().split(/\s+/)[3];
}

function fourth(hex: string): string {
  return [...bytesOf(hex)].join('.');
}

/** In Envoy's spelling, the longest run of zeros left out; an IPv4 address in IPv6's form is an IPv4 address. */
function sixth(hex: string): string {
  const bytes = bytesOf(hex);
  if (bytes.subarray(0, 12).equals(MAPPED)) return [...bytes.subarray(12)].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** The table has words of four bytes in the machine's own order. */
function bytesOf(hex: string): Buffer {
  const bytes = Buffer.from(hex, 'hex');
  return endianness() === 'LE' ? bytes.swap32() : bytes;
}
